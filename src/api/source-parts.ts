import * as z from "zod";
import { Label, Labels } from "../core/catalog.ts";
import { SourceSettings, SourceSettingsPatch } from "../core/source.ts";
import { createApp, json, route } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { unwrap } from "./problem.ts";
import { SourceAnswer, sourceAnswer, SourceParams, sourceRoute } from "./sources.ts";

const SettingsAnswer = z.object({ settings: SourceSettings });
const LabelsAnswer = z.object({ labels: z.array(Label) });
const LabelsBody = z.object({ labels: Labels });
const KeyBody = z.object({ expireOthersAfterHours: z.number().min(0).max(8760).optional() });

const showSettings = sourceRoute("get", "/settings", {
  role: "viewer",
  summary: "A source's settings",
  data: SettingsAnswer,
});
const changeSettings = sourceRoute("patch", "/settings", {
  summary: "Change the settings that are named",
  request: { body: json(SourceSettingsPatch) },
  data: SettingsAnswer,
});
const addLabels = sourceRoute("post", "/labels", {
  summary: "Add labels; a key that exists gets the new value",
  request: { body: json(LabelsBody) },
  data: LabelsAnswer,
});
const replaceLabels = sourceRoute("put", "/labels", {
  summary: "Replace all labels",
  request: { body: json(LabelsBody) },
  data: LabelsAnswer,
});
const addWriteKey = sourceRoute("post", "/writekey", {
  summary: "Make a new write key; the others go on, or end after an overlap",
  request: { body: { ...json(KeyBody), required: false } },
  data: SourceAnswer,
});
const removeWriteKey = route({
  method: "delete",
  path: "/sources/{sourceId}/writekey/{writeKey}",
  summary: "End a write key at once",
  tag: "Sources",
  request: { params: SourceParams.extend({ writeKey: z.string().max(200) }) },
  data: SourceAnswer,
});

/** Settings, labels and write keys of one source. */
export const sourcePartRoutes = (deps: ApiDeps) => {
  return createApp()
    .openapi(showSettings, async (c) => {
      const { settings } = unwrap(await deps.catalog().getSource(c.req.valid("param").sourceId));
      return c.json({ data: { settings } }, 200);
    })
    .openapi(changeSettings, async (c) => {
      const { sourceId } = c.req.valid("param");
      const patch = c.req.valid("json");
      const { settings } = unwrap(await deps.catalog().updateSettings(sourceId, patch));
      if (patch.exports !== undefined) await deps.exports.refresh(sourceId);
      return c.json({ data: { settings } }, 200);
    })
    .openapi(addLabels, async (c) => {
      const { sourceId } = c.req.valid("param");
      const { labels } = unwrap(await deps.catalog().setLabels(sourceId, c.req.valid("json").labels, false));
      return c.json({ data: { labels } }, 200);
    })
    .openapi(replaceLabels, async (c) => {
      const { sourceId } = c.req.valid("param");
      const { labels } = unwrap(await deps.catalog().setLabels(sourceId, c.req.valid("json").labels, true));
      return c.json({ data: { labels } }, 200);
    })
    .openapi(addWriteKey, async (c) => {
      const { expireOthersAfterHours } = c.req.valid("json");
      const source = unwrap(await deps.catalog().addWriteKey(c.req.valid("param").sourceId, expireOthersAfterHours));
      return c.json(await sourceAnswer(deps, source), 200);
    })
    .openapi(removeWriteKey, async (c) => {
      const { sourceId, writeKey } = c.req.valid("param");
      return c.json(await sourceAnswer(deps, unwrap(await deps.catalog().removeWriteKey(sourceId, writeKey))), 200);
    });
};
