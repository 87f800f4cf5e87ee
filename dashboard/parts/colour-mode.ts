/** Kumo reads `data-mode`; this keeps it equal to the system's choice, now and when it changes. */
export function followSystemColours(): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    document.documentElement.dataset["mode"] = dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
}
