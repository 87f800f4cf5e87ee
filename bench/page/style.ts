/** The page's whole look: nothing is fetched. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1c1f23; --soft: #5d6570; --back: #fff; --line: #d9dde2; --good: #17693a; --bad: #a8321e;
  --k0: #d9601a; --k1: #7a8594; --k2: #3573b1; --k3: #8a5bb5; --k4: #2f8f6b; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #9aa3ae; --back: #14171a; --line: #343a41; --good: #6fce95;
  --bad: #f0907d; --k0: #f08a4b; --k1: #8f99a6; --k2: #6aa5e0; --k3: #b48cdb; --k4: #5fc29c; } }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1rem 4rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem } h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem }
p { max-width: 48rem } .soft, figcaption { color: var(--soft) } .good { color: var(--good) } .bad { color: var(--bad) }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: top }
th:first-child { text-align: left } td:last-child { white-space: normal; min-width: 7rem }
thead th { color: var(--soft); font-weight: 500 } tbody th { font-weight: 400 }
figure { margin: 1rem 0 } figcaption { margin-bottom: .25rem; font-size: 13px } svg { width: 100%; height: auto; font: 12px system-ui, sans-serif }
svg text { fill: var(--text) } .grid { stroke: var(--line) } .spread { stroke: var(--text); stroke-width: 2 }
.k0 { fill: var(--k0) } .k1 { fill: var(--k1) } .k2 { fill: var(--k2) } .k3 { fill: var(--k3) } .k4 { fill: var(--k4) }
polyline { fill: none; stroke-width: 2 } .l0 { stroke: var(--k0) } .l1 { stroke: var(--k1) } .l2 { stroke: var(--k2) }
.l3 { stroke: var(--k3) } .l4 { stroke: var(--k4) }
`;
