import * as tf from "@tensorflow/tfjs";

/** An op that draws numbers: which, why a recording cannot hold it, and what to do. */
export interface ForbiddenDraw {
  readonly where: string;
  readonly found: string;
  readonly remedy: string;
}

/** Names of scopes that tfjs opens for its ops that draw numbers. */
const drawing = /^(random\w*|rand|truncatedNormal|multinomial|dropout)__op$/;

/**
 * Until what it answers is called, `refuse` hears of every tfjs op that draws numbers before it runs, and throws: its
 * numbers would be kept, and every replay would find the same ones. Two recordings do not tell, since with one fixed seed
 * they agree.
 */
export function forbidDraws(refuse: (draw: ForbiddenDraw) => never): () => void {
  const engine = tf.engine() as unknown as { startScope(name?: string): void }, { startScope } = engine;
  const value = (name?: string): void => {
    const op = drawing.exec(name ?? "")?.[1];
    const remedy = "draw outside and hand the tensor in, or use drawNormals";
    if (op !== undefined) refuse({ where: `tf.${op}`, found: "it draws numbers that replays would repeat", remedy });
    startScope.call(engine, name);
  };
  Object.defineProperty(engine, "startScope", { value, configurable: true, writable: true });
  return () => void Reflect.deleteProperty(engine, "startScope");
}
