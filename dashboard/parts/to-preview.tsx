import type { ReactNode } from "react";

/** To the element `preview` of the page, where it does not fit beside the form. */
export const ToPreview = (): ReactNode => (
  <a href="#preview" className="text-kumo-link underline xl:hidden">
    Go to the preview
  </a>
);
