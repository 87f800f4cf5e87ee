import { raw } from "hono/html";

/** One drawing per product, 200 × 200, in presentation attributes only: the page's policy allows no inline style. */
const ART: Readonly<Record<string, string>> = {
  "tide-mug": `<ellipse cx="100" cy="164" rx="58" ry="9" fill="#0b3b3c" opacity=".14"/>
<path d="M82 56c-7-9 7-14 0-24M104 56c-7-9 7-14 0-24" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".8"/>
<path d="M134 88h8a22 22 0 0 1 0 44h-12" fill="none" stroke="#2f6f6d" stroke-width="11"/>
<path d="M54 72h82v60a30 30 0 0 1-30 30H84a30 30 0 0 1-30-30z" fill="#3f8481"/>
<path d="M54 108c14-9 27 9 41 0s27 9 41 0v24a30 30 0 0 1-30 30H84a30 30 0 0 1-30-30z" fill="#2f6f6d"/>
<ellipse cx="95" cy="72" rx="41" ry="9" fill="#2b5f5e"/><ellipse cx="95" cy="73" rx="34" ry="6" fill="#4a2f22"/>`,
  "harbour-lamp": `<circle cx="100" cy="98" r="58" fill="#fff" opacity=".35"/><circle cx="100" cy="98" r="38" fill="#fff" opacity=".45"/>
<ellipse cx="100" cy="166" rx="42" ry="8" fill="#5b3a10" opacity=".16"/>
<path d="M100 84v76" stroke="#a8742a" stroke-width="7"/>
<path d="M70 160c0-8 13-12 30-12s30 4 30 12z" fill="#8c5f20"/>
<path d="M76 40h48l20 52H56z" fill="#e2904a"/><path d="M76 40h16l-8 52H56z" fill="#fff" opacity=".22"/>
<path d="M56 92h88" stroke="#c97a37" stroke-width="5" stroke-linecap="round"/>
<path d="M122 92v22" stroke="#a8742a" stroke-width="2"/><circle cx="122" cy="117" r="4" fill="#a8742a"/>`,
  "drift-throw": `<ellipse cx="100" cy="166" rx="66" ry="8" fill="#4a3042" opacity=".14"/>
<rect x="40" y="126" width="120" height="34" rx="15" fill="#8f6f8d"/><rect x="44" y="94" width="112" height="36" rx="16" fill="#a687a3"/>
<rect x="40" y="62" width="120" height="36" rx="16" fill="#c1a6bd"/>
<path d="M64 62v36M82 62v36M118 62v36M136 62v36" stroke="#fff" stroke-width="4" opacity=".5"/>
<path d="M66 94v36M84 94v36M120 94v36M138 94v36" stroke="#fff" stroke-width="4" opacity=".3"/>
<path d="M46 160v8M56 160v9M66 160v8M76 160v9M86 160v8M96 160v9M106 160v8M116 160v9M126 160v8M136 160v9M146 160v8M155 158v8" stroke="#8f6f8d" stroke-width="3" stroke-linecap="round"/>`,
  "log-book": `<ellipse cx="102" cy="166" rx="54" ry="8" fill="#1c2a4a" opacity=".15"/>
<g transform="rotate(-7 100 100)"><rect x="60" y="38" width="88" height="122" rx="7" fill="#f6f1e4"/>
<rect x="54" y="34" width="88" height="122" rx="7" fill="#3a5285"/><rect x="54" y="34" width="15" height="122" rx="5" fill="#2b3f6b"/>
<rect x="84" y="62" width="42" height="28" rx="3" fill="#f6f1e4"/><path d="M91 73h28M91 81h18" stroke="#3a5285" stroke-width="3" stroke-linecap="round"/>
<path d="M132 34v122" stroke="#e2904a" stroke-width="5"/></g>
<path d="M150 66l14 6-34 84-9 10-3-14z" fill="#e2904a"/><path d="M150 66l14 6 4-10a7 7 0 0 0-13-6z" fill="#c1a6bd"/><path d="M118 152l3 14 9-10z" fill="#f6f1e4"/>`,
};

/** The drawing of a product, hidden from readers: its name stands beside it. */
export const artOf = (productId: string) =>
  raw(`<svg viewBox="0 0 200 200" aria-hidden="true" focusable="false">${ART[productId] ?? ""}</svg>`);
