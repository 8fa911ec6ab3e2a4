/** The name in a `Content-Disposition` header. */
export function readFileName(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? "gradtape";
}
