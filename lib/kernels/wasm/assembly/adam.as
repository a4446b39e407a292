// One step of Adam, in place.
import { loadPart, madd, splat, storePart } from "./vector";

/**
 * g = gradient gradientScale; first = β₁ first + (1 - β₁) g; second = β₂ second + (1 - β₂) g²;
 * weight -= rate (first correction1) / (√(second correction2) + epsilon). Everything has count floats.
 */
export function adam(
  count: i32, weight: usize, gradient: usize, first: usize, second: usize,
  rate: f64, beta1: f64, beta2: f64, correction1: f64, correction2: f64, epsilon: f64, gradientScale: f64,
): void {
  const b1 = splat(<f32>beta1), b2 = splat(<f32>beta2), a1 = splat(<f32>(1 - beta1)), a2 = splat(<f32>(1 - beta2));
  const r = splat(<f32>(rate * correction1)), c2 = splat(<f32>correction2), e = splat(<f32>epsilon);
  const s = splat(<f32>gradientScale);
  for (let i = 0; i < count; i += 4) {
    const part = count - i, all = part >= 4, zero = splat(0);
    const g = f32x4.mul(s, all ? v128.load(gradient) : loadPart(gradient, part, zero));
    const m = madd(b1, all ? v128.load(first) : loadPart(first, part, zero), f32x4.mul(a1, g));
    const v = madd(b2, all ? v128.load(second) : loadPart(second, part, zero), f32x4.mul(a2, f32x4.mul(g, g)));
    const step = f32x4.div(f32x4.mul(r, m), f32x4.add(f32x4.sqrt(f32x4.mul(v, c2)), e));
    const w = f32x4.sub(all ? v128.load(weight) : loadPart(weight, part, zero), step);
    if (all) {
      v128.store(first, m);
      v128.store(second, v);
      v128.store(weight, w);
    } else {
      storePart(first, m, part);
      storePart(second, v, part);
      storePart(weight, w, part);
    }
    weight += 16;
    gradient += 16;
    first += 16;
    second += 16;
  }
}
