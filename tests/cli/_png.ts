/** A PNG file of one colour. Source: PNG specification (third edition), sections 5 and 11. */
export async function png(
  width: number,
  height: number,
  colour: readonly [number, number, number],
): Promise<Uint8Array<ArrayBuffer>> {
  const row = [0, ...Array.from({ length: width }, () => colour).flat()]; // no filter, then the pixels
  const raw = new Uint8Array(Array.from({ length: height }, () => row).flat());
  const packed = new Blob([raw]).stream().pipeThrough(new CompressionStream("deflate"));
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 2], 8); // bits a channel; red, green, blue
  return new Uint8Array([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", header),
    ...chunk("IDAT", new Uint8Array(await new Response(packed).arrayBuffer())),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(name: string, data: Uint8Array): number[] {
  const body = [...new TextEncoder().encode(name), ...data];
  return [...word(data.length), ...body, ...word(crc32(body))];
}

function word(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}

function crc32(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
