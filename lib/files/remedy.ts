import { FileNotFound } from "../errors/file_not_found.ts";
import { FileUnreadable } from "../errors/file_unreadable.ts";
import { WriteFailed } from "../errors/write_failed.ts";

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf("/"), Deno.build.os === "windows" ? path.lastIndexOf("\\") : -1);
  return cut < 0 ? "." : cut === 0 ? "/" : path.slice(0, cut);
}

/** What a person can do about an error of the file system. */
function remedyFor(cause: unknown, flag: "read" | "write", path: string): string {
  if (cause instanceof Deno.errors.NotCapable) {
    return `run deno with --allow-${flag}=${flag === "write" ? folderOf(path) : path}`;
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return `give this user the right to ${flag} it, or choose another path`;
  }
  if (cause instanceof Deno.errors.NotFound) return "check the path, or make its folder";
  if (cause instanceof Deno.errors.IsADirectory) return "give the path of a file, not of a folder";
  if (cause instanceof Deno.errors.NotADirectory) return "a part of the path is a file: give the path of a folder";
  if (cause instanceof Deno.errors.FilesystemLoop) return "a link leads to itself: give the path it should lead to";
  const { code, message } = cause instanceof Error ? cause as Error & { code?: string } : { code: "", message: "" };
  if (code === "ENOSPC" || code === "EDQUOT" || /no space left|quota/i.test(message)) {
    return "the disk is full: free space, or choose a path elsewhere";
  }
  if (code === "EROFS" || /read-only file system/i.test(message)) {
    return "the disk is read-only: choose a path elsewhere";
  }
  if (code === "EMFILE" || code === "ENFILE") return "too many files are open: close some, or raise the limit";
  if (code === "ENAMETOOLONG" || /name too long/i.test(message)) return "choose a shorter name";
  return "check the path and the disk, then try again";
}

/** The typed error of a failed read. */
export function readFailure(path: string, cause: unknown): FileNotFound | FileUnreadable {
  if (cause instanceof Deno.errors.NotFound) {
    return new FileNotFound({ path, remedy: "check the path, relative to the folder the program runs in" });
  }
  return new FileUnreadable({ path, cause, remedy: remedyFor(cause, "read", path) });
}

/** The typed error of a failed write. */
export function writeFailure(path: string, cause: unknown): WriteFailed {
  return new WriteFailed({ path, cause, remedy: remedyFor(cause, "write", path) });
}
