import { Banner } from "@cloudflare/kumo/components/banner";
import { Button } from "@cloudflare/kumo/components/button";
import type { FormEvent, ReactNode } from "react";
import { useOwner } from "./use-owner.ts";

interface SaveFormProps {
  readonly dirty: boolean;
  readonly saving: boolean;
  /** What it needs before it can be saved, as a sentence. */
  readonly missing?: string | undefined;
  readonly saved: boolean;
  /** Problems that belong to no field. */
  readonly problems: readonly string[];
  readonly onSave: () => void;
  readonly onReset: () => void;
  /** Leaves the form of something that does not exist yet, where there is nothing to go back to. */
  readonly onCancel?: (() => void) | undefined;
  /** The buttons stay in sight while a long form is scrolled. */
  readonly sticky?: boolean;
  readonly children: ReactNode;
}

/** A part of the settings that is saved on its own: its fields, then Save, which says what became of it. */
export function SaveForm(props: SaveFormProps): ReactNode {
  const { dirty, saving, missing, saved, problems, onSave, onReset, onCancel, sticky = false, children } = props;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === undefined) onSave();
  };
  const owner = useOwner();
  if (!owner) {
    return (
      <fieldset disabled className="flex min-w-0 flex-col gap-5">
        {children}
      </fieldset>
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      {children}
      {problems.map((message) => (
        <Banner key={message} size="sm" variant="error" description={message} />
      ))}
      <div
        className={`flex items-center gap-2 ${sticky ? "border-kumo-hairline bg-kumo-canvas sticky bottom-0 z-10 -mx-1 border-t px-1 py-3" : ""}`}
      >
        <Button
          type="submit"
          variant={dirty ? "primary" : "secondary"}
          disabled={!dirty || missing !== undefined}
          loading={saving}
        >
          Save
        </Button>
        {dirty && !saving && (
          <Button type="button" variant="ghost" onClick={onCancel ?? onReset}>
            {onCancel === undefined ? "Undo" : "Cancel"}
          </Button>
        )}
        <span role="status" className="text-kumo-success text-sm">
          {saved && !dirty && "Saved. It takes effect within seconds."}
        </span>
        {dirty && missing !== undefined && <span className="text-kumo-subtle text-sm">{missing}</span>}
      </div>
    </form>
  );
}
