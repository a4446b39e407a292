/** An absolute path, seen from the working folder. */
export function resolve(path: string): string {
  return isAbsolute(path) ? path : `${Deno.cwd()}/${path}`;
}

/** A file URL of an absolute path. */
export function toFileUrl(path: string): string {
  const url = new URL("file:///");
  url.pathname = path.replaceAll("\\", "/").replaceAll("%", "%25");
  return url.href;
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
}

/** A run's folder: a path as it is, a bare name under `runs/`. */
export function runFolderOf(run: string): string {
  return run.includes("/") || run.includes("\\") ? run.replace(/[\\/]+$/, "") : `runs/${run}`;
}
