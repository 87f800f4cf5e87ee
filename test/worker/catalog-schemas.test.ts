import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { SourceInput } from "../../src/core/catalog.ts";
import type { SourceSettingsPatch } from "../../src/core/source.ts";

const catalog = () => env.CATALOG.getByName("workspace");

async function makeSource(slug: string, settings: SourceSettingsPatch = {}) {
  const made = await catalog().createSource(SourceInput.parse({ name: "Shop", slug, settings }));
  if (!made.ok) throw new Error(made.error.message);
  return made.value.id;
}
const setSchema = (id: string, schema: string | null) => catalog().updateSettings(id, { exports: { schema } });
const schemaOf = async (id: string) => {
  const source = await catalog().getSource(id);
  return source.ok ? source.value.settings.exports.schema : undefined;
};

describe("the schema of a source", () => {
  it("is made of its slug by the first export, which fixes it", async () => {
    const id = await makeSource("my-shop");
    expect(await schemaOf(id)).toBeNull();
    expect(await catalog().fixSchema(id)).toBe("my_shop");
    expect(await schemaOf(id)).toBe("my_shop");
    await catalog().updateSource(id, { slug: "other-shop" });
    expect(await catalog().fixSchema(id)).toBe("my_shop");
    expect(await setSchema(id, "another")).toMatchObject({
      ok: false,
      error: { type: "conflict", field: "exports.schema" },
    });
    expect(await setSchema(id, null)).toMatchObject({ ok: false });
    expect(await setSchema(id, "my_shop")).toMatchObject({ ok: true });
  });

  it("is the one that its owner has chosen before", async () => {
    const id = await makeSource("chosen", { exports: { schema: "web" } });
    expect(await setSchema(id, "web_shop")).toMatchObject({ ok: true });
    expect(await catalog().fixSchema(id)).toBe("web_shop");
  });

  it("is never shared, neither by choice nor by chance", async () => {
    const one = await makeSource("a-shop");
    const other = await makeSource("a_shop");
    expect(await catalog().fixSchema(one)).toBe("a_shop");
    expect(await catalog().fixSchema(other)).toBe("a_shop_2");
    const third = await makeSource("third");
    expect(await setSchema(third, "a_shop")).toMatchObject({ ok: false, error: { type: "conflict" } });
    expect(await setSchema(third, "wished")).toMatchObject({ ok: true });
    const settings = { exports: { schema: "wished" } };
    const refused = await catalog().createSource(SourceInput.parse({ name: "Fourth", slug: "fourth", settings }));
    expect(refused).toMatchObject({ ok: false, error: { type: "conflict" } });
    expect(await setSchema(third, null)).toMatchObject({ ok: true });
    expect(await makeSource("fourth", settings)).toBeTruthy();
  });

  it("stays its own when the source is deleted: its files are still there", async () => {
    const gone = await makeSource("gone");
    await catalog().fixSchema(gone);
    await catalog().deleteSource(gone);
    expect(await catalog().fixSchema(gone)).toBeNull();
    expect(await catalog().exportPlan(gone)).toBeNull();
    expect(await catalog().fixSchema(await makeSource("gone"))).toBe("gone_2");
  });
});
