import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { download, DownloadFailed, exists, sha256Hex } from "../../lib/files/mod.ts";
import { failureOf, inFolder } from "./_folder.ts";

const content = new TextEncoder().encode("ten thousand images");
const sha256 = await Effect.runPromise(sha256Hex(content));
const packed = new Uint8Array(
  await new Response(new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
);

/** A server on this machine that counts what it was asked for. */
async function served(
  answers: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
  run: (url: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const body = answers[pathname];
    return body === undefined ? new Response("no", { status: 404 }) : new Response(body);
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    await server.shutdown();
  }
}

Deno.test("download() writes a verified file, and asks once only", () =>
  inFolder((folder) =>
    served({ "/a.gz": packed }, async (url, asked) => {
      const wanted = { url: `${url}/a.gz`, path: `${folder}/deep/a.gz`, sha256 };
      assertEquals(await Effect.runPromise(download(wanted)), packed.length);
      assertEquals(await Deno.readFile(wanted.path), packed);
      assertEquals(await Effect.runPromise(download(wanted)), 0);
      assertEquals(asked, ["/a.gz"]);
      await Deno.writeFile(wanted.path, packed.subarray(0, 9)); // a torn file is replaced
      assertEquals(await Effect.runPromise(download(wanted)), packed.length);
    })
  ));

Deno.test("download() writes nothing that is missing, cut, or another file", () =>
  inFolder((folder) =>
    served({ "/cut.gz": packed.slice(0, 12), "/other": new Uint8Array(9) }, async (url) => {
      const path = `${folder}/a.gz`;
      const cases = { "none.gz": "answered 404", "cut.gz": "", other: "has the checksum" };
      for (const [name, found] of Object.entries(cases)) {
        const failure = await failureOf(download({ url: `${url}/${name}`, path, sha256 }));
        assertInstanceOf(failure, DownloadFailed);
        assertStringIncludes(failure.message, found);
        assertEquals(await Effect.runPromise(exists(path)), false);
      }
      const nobody = await failureOf(download({ url: "http://127.0.0.1:1/a.gz", path, sha256 }));
      assertInstanceOf(nobody, DownloadFailed);
    })
  ));
