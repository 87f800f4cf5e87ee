import * as z from "zod";
import { Name, Role, Workspace, WorkspacePatch } from "../core/catalog.ts";
import { Preferences, PreferencesPatch } from "../core/preferences.ts";
import { createApp, iso, IsoTime, json, route, Success, SUCCESS } from "./app.ts";
import type { ApiDeps } from "./deps.ts";
import { unwrap } from "./problem.ts";

const WorkspaceAnswer = z.object({
  workspace: Workspace,
  host: z.object({ origin: z.string(), pathPrefix: z.string() }),
  demo: z.boolean(),
});
const PreferencesAnswer = z.object({ preferences: Preferences });

const Token = z.object({
  id: z.string(),
  name: z.string(),
  role: Role.describe("`owner` may do everything, `viewer` only reads."),
  createdAt: IsoTime,
  lastUsedAt: IsoTime.optional(),
});
const NewToken = Token.omit({ lastUsedAt: true }).extend({ secret: z.string() });

const showWorkspace = route({
  method: "get",
  path: "/",
  role: "viewer",
  summary: "The workspace and where it collects",
  tag: "Workspace",
  request: {},
  data: WorkspaceAnswer,
});
const updateWorkspace = route({
  method: "patch",
  path: "/",
  summary: "Rename the workspace, or say how long it keeps events and dead letters",
  tag: "Workspace",
  request: { body: json(WorkspacePatch) },
  data: WorkspaceAnswer,
});
const listTokens = route({
  method: "get",
  path: "/tokens",
  role: "viewer",
  summary: "API tokens, without their secrets",
  tag: "Tokens",
  request: {},
  data: z.object({ tokens: z.array(Token) }),
});
const createToken = route({
  method: "post",
  path: "/tokens",
  summary: "Make an API token; its secret is shown this once",
  tag: "Tokens",
  request: { body: json(z.object({ name: Name, role: Role.default("owner") })) },
  data: z.object({ token: NewToken }),
});
const deleteToken = route({
  method: "delete",
  path: "/tokens/{tokenId}",
  summary: "End an API token at once",
  tag: "Tokens",
  request: { params: z.object({ tokenId: z.string().max(64) }) },
  data: Success,
});
const showPreferences = route({
  method: "get",
  path: "/preferences",
  role: "viewer",
  summary: "Pinned sources and saved searches",
  tag: "Preferences",
  request: {},
  data: PreferencesAnswer,
});
const putPreferences = route({
  method: "put",
  path: "/preferences",
  summary: "Replace the preferences that are named",
  tag: "Preferences",
  request: { body: json(PreferencesPatch) },
  data: PreferencesAnswer,
});

export const workspaceRoutes = (deps: ApiDeps) => {
  const answer = (workspace: Workspace, url: string) => ({
    data: { workspace, host: { origin: new URL(url).origin, pathPrefix: deps.pathPrefix }, demo: deps.demo },
  });
  return createApp()
    .openapi(showWorkspace, async (c) => c.json(answer(await deps.catalog().workspace(), c.req.url), 200))
    .openapi(updateWorkspace, async (c) =>
      c.json(answer(await deps.catalog().updateWorkspace(c.req.valid("json")), c.req.url), 200),
    );
};

export const tokenRoutes = ({ catalog }: ApiDeps) =>
  createApp()
    .openapi(listTokens, async (c) => {
      const tokens = (await catalog().listTokens()).map(({ id, name, role, createdAt, lastUsedAt }) => ({
        id,
        name,
        role,
        createdAt: iso(createdAt),
        ...(lastUsedAt === undefined ? {} : { lastUsedAt: iso(lastUsedAt) }),
      }));
      return c.json({ data: { tokens } }, 200);
    })
    .openapi(createToken, async (c) => {
      const { name: given, role: wanted } = c.req.valid("json");
      const { id, name, role, createdAt, secret } = unwrap(await catalog().createToken(given, wanted));
      return c.json({ data: { token: { id, name, role, createdAt: iso(createdAt), secret } } }, 200);
    })
    .openapi(deleteToken, async (c) => {
      unwrap(await catalog().deleteToken(c.req.valid("param").tokenId));
      return c.json(SUCCESS, 200);
    });

export const preferenceRoutes = ({ preferences }: ApiDeps) =>
  createApp()
    .openapi(showPreferences, async (c) => c.json({ data: { preferences: await preferences.get() } }, 200))
    .openapi(putPreferences, async (c) =>
      c.json({ data: { preferences: await preferences.put(c.req.valid("json")) } }, 200),
    );
