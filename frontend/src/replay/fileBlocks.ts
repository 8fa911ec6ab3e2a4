/** What the file carries beside the page: compressed, as base64, in script elements that never run. */

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The float32 numbers of a frame. */
export function decodeBlob(base64: string): ArrayBuffer {
  return bytesOf(base64).buffer;
}

/** The text of a block. */
export async function readBlock(id: string): Promise<string> {
  const packed = document.getElementById(id)?.textContent;
  if (packed == null) throw new Error(`This file has no part named ${id}.`);
  const unpacked = new Blob([bytesOf(packed)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).text();
}
