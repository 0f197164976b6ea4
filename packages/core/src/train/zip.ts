/** A file inside a zip archive: where its bytes stand, not compressed. */
export interface ZipEntry {
  start: number;
  bytes: number;
}

export type Fail = (problem: string) => never;

const endRecord = 0x06054b50;
const centralRecord = 0x02014b50;
const localRecord = 0x04034b50;
const endBytes = 22;
const centralBytes = 46;
const localBytes = 30;

/**
 * The entries of a zip archive by name, read from its central directory (PKWARE's APPNOTE, 4.3). Only what torch.save
 * writes: stored entries on one disk, no encryption, no zip64. Every offset and size is checked against the bytes that
 * are there, and each entry against its checksum; nothing is copied.
 */
export function readZip(bytes: Uint8Array, fail: Fail): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, fail);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const first = view.getUint32(end + 16, true);
  if (count === 0xffff || first === 0xffffffff) {
    fail("it is a zip64 archive, which is for files of 4 GB and more; save the weights in parts");
  }
  if (first + size > end || count * centralBytes > size) {
    fail(`its directory of ${count} entries claims bytes ${first} to ${first + size} of ${bytes.length}`);
  }
  const entries = new Map<string, ZipEntry>();
  let at = first;
  let held = 0;
  for (let i = 0; i < count; i++) {
    if (at + centralBytes > end || view.getUint32(at, true) !== centralRecord)
      fail(`entry ${i} of its directory is damaged`);
    const nameBytes = view.getUint16(at + 28, true);
    const next =
      at + centralBytes + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) fail(`entry ${i} of its directory is cut off`);
    const name = new TextDecoder().decode(bytes.subarray(at + centralBytes, at + centralBytes + nameBytes));
    if (entries.has(name)) fail(`it holds "${name}" twice`);
    held += view.getUint32(at + 24, true);
    if (held > bytes.length) fail("its entries overlap: together they are larger than the file");
    entries.set(name, readEntry(bytes, view, at, name, first, fail));
    at = next;
  }
  return entries;
}

/** The end record: the last 22 bytes, or further forward by the length of a comment of at most 64 KiB. */
function findEnd(view: DataView, fail: Fail): number {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (
      view.getUint32(at, true) === endRecord &&
      at + endBytes + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  }
  return fail("it is no zip archive, or is cut off: the directory that ends one is missing");
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  name: string,
  limit: number,
  fail: Fail,
): ZipEntry {
  const [flags, method, checksum] = [
    view.getUint16(at + 8, true),
    view.getUint16(at + 10, true),
    view.getUint32(at + 16, true),
  ];
  const [packed, size, local] = [
    view.getUint32(at + 20, true),
    view.getUint32(at + 24, true),
    view.getUint32(at + 42, true),
  ];
  if (flags & 1) fail(`"${name}" is encrypted`);
  if (method !== 0 || packed !== size) {
    fail(
      `"${name}" is compressed (method ${method}); torch.save stores its entries as they are, so this was repacked`,
    );
  }
  if (local + localBytes > limit || view.getUint32(local, true) !== localRecord)
    fail(`"${name}" is not where the directory says`);
  const start = local + localBytes + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > limit) fail(`"${name}" claims bytes ${start} to ${start + size} of ${limit}`);
  // A writer that was told to leave checksums out puts 0.
  if (checksum !== 0 && crc32(bytes.subarray(start, start + size)) !== checksum)
    fail(`"${name}" is damaged: its bytes do not match their checksum`);
  return { start, bytes: size };
}

let crcTable: Uint32Array | null = null;

/** CRC-32 with the reversed polynomial edb88320, as zip uses it. */
function crc32(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
