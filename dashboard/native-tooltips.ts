import type { Plugin } from "vite";

const TOOLTIP = /@cloudflare\/kumo\/dist\/chunks\/tooltip-\w+\.js$/;
/** What Kumo's other chunks import of it; the build fails when that changes. */
const EXPORTS = "export { TooltipProvider as n, Tooltip as t };";

/** Kumo's component by its props, with the browser's own hint; the console gives texts only. */
const NATIVE = `import { cloneElement, isValidElement } from "react";
import { jsx } from "react/jsx-runtime";
const TooltipProvider = ({ children }) => children;
function Tooltip({ content, render, asChild, children }) {
  const title = typeof content === "string" ? content : undefined;
  const target = render ?? (asChild ? children : undefined);
  if (!isValidElement(target)) return jsx("span", { title, children });
  return asChild || children === undefined ? cloneElement(target, { title }) : cloneElement(target, { title }, children);
}
${EXPORTS}
`;

/**
 * Every Kumo button can show a tooltip, and so every first load would carry what places and follows popups. The console
 * has hints on a few small buttons only, which say no more than the button's label: the browser's own do for them.
 */
export const nativeTooltips: Plugin = {
  name: "native-tooltips",
  enforce: "pre",
  transform(code, id) {
    if (!TOOLTIP.test(id)) return null;
    if (!code.includes(EXPORTS)) this.error(`${id} exports something else than dashboard/native-tooltips.ts expects`);
    return { code: NATIVE, map: null };
  },
};
