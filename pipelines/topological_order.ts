/** Causal order: `deno task train topological-order`. */
import { Effect, Schema } from "effect";
import { evaluateOrders, type OwnEvaluation } from "../lib/evaluation/mod.ts";
import { gridTransformer, Transformer } from "../lib/model/mod.ts";
import {
  type MomentKind,
  nodePairs,
  refinementFields,
  type Refusal,
  refuse,
  refuseTies,
  refuseUnread,
  samplesNodes,
} from "../lib/regimes/mod.ts";
import { maskGrid, type TaskFamily } from "../lib/stages/mod.ts";
import { CausalOrder, causalOrder, inDistribution, outOfDistribution } from "../lib/tasks/mod.ts";
import {
  type BuiltPipeline,
  type CommonConfig,
  defaulted,
  type Distribution,
  EvaluationSettings,
  type Pipeline,
  pipeline,
  Training,
} from "../lib/training/mod.ts";
import { distributionOf, wireStages } from "./wire_stages.ts";

/** The common configuration, with what is particular about causal order. */
export interface TopologicalOrderConfig extends CommonConfig {
  /** Which structural causal models are drawn. */
  readonly task: CausalOrder;
  /** Tokens: one for each pair of nodes, or one for each sample and node as in the paper. */
  readonly tokens: "pairs" | "samples";
  /** How tokens of pairs tell third and fourth moments. */
  readonly moments: MomentKind;
  /** Numbers of nodes that a trained model is evaluated on, beside those that it is trained on. */
  readonly evaluationNodes: readonly number[];
}

function withDefault<Type>(schema: Schema.Codec<Type>, value: Type): Schema.withDecodingDefaultKey<Schema.Codec<Type>> {
  return schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)));
}

const config = Schema.Struct({
  task: defaulted(CausalOrder),
  tokens: withDefault(Schema.Literals(["pairs", "samples"]), "pairs"),
  moments: withDefault(Schema.Literals(["correlations", "plain"]), "correlations"),
  evaluationNodes: withDefault(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 256 }))), [10]),
  ...refinementFields,
  // The state belongs to a query, the order of samples says nothing, and there are no targets to miss.
  regime: withDefault(Schema.Literal("implicit"), "implicit"),
  mask: withDefault(Schema.Literal("non-causal"), "non-causal"),
  // Moments of two or three samples say nothing.
  lengths: withDefault(Schema.Literals(["drawn", "all"]), "all"),
  signal: Schema.Struct({
    data: withDefault(Schema.Literal(true), true),
    residual: withDefault(Schema.Literal(false), false),
    gradient: withDefault(Schema.Literal("none"), "none"),
  }).pipe(Schema.withDecodingDefaultKey(Effect.succeed({}))),
  model: defaulted(Transformer),
  training: defaulted(Training),
  evaluation: defaulted(EvaluationSettings),
}).check(Schema.makeFilter((c) => refused(c as unknown as TopologicalOrderConfig)));

/** Settings of other regimes, of labels and of tokens that a grid has not. */
const unread = [
  "decoder",
  "stateTokens",
  "history",
  "latent",
  "predictor",
  "implicitState",
  "labelScale",
  "queriesAttendSelf",
  "tiedDecoder",
  "gradientStep",
  "aggregate",
  "descent",
] as const;

function refused(c: TopologicalOrderConfig): Refusal | undefined {
  return refuse(c, causalOrder(c.task)) ?? refuseUnread(c, unread, "a grid of nodes") ??
    refuseTies(c.model, "the network over grids");
}

/** What every preset has in common. */
const common = {
  steps: 3,
  observations: 64,
  model: { width: 32, layers: 2, heads: 4, feedForward: 64 },
} as const;

const declared: Pipeline<TopologicalOrderConfig> = pipeline({
  name: "topological-order",
  description: "which node of a structural causal model causes no other: an order of the nodes from the back",
  config: config as unknown as Schema.Codec<TopologicalOrderConfig, unknown>,
  presets: {
    // RECIPES.md: the pair model at eight to ten nodes.
    quick: {
      ...common,
      moments: "plain",
      training: { iterations: 4000, tasks: 16, queries: 1, learningRate: 3e-3, warmUp: 0.03, validateEvery: 250 },
      // Few models, so that twice as many nodes are told of too in as little time; eval --tasks 100 takes more.
      evaluationNodes: [10, 20],
      evaluation: { tasks: 60, queries: 9, steps: 6, otherObservations: [] },
    },
    small: {
      ...common,
      task: { nodes: [5, 10, 15, 20], edgesPerNode: [1, 3] },
      evaluationNodes: [20, 50],
      model: { width: 64, layers: 3, heads: 4, feedForward: 128 },
      training: { iterations: 20_000, tasks: 32, queries: 1, learningRate: 2e-3, warmUp: 0.03, validateEvery: 500 },
      evaluation: { tasks: 100, queries: 19, steps: 6, otherObservations: [] },
    },
    // METHOD.md §6, §7: samples × nodes.
    paper: {
      ...common,
      task: { nodes: [5, 10, 15, 20, 30, 40, 50], edgesPerNode: [1, 3] },
      evaluationNodes: [20, 50],
      tokens: "samples",
      steps: 10,
      observations: 100,
      model: { width: 256, layers: 4, heads: 4, feedForward: 1024 },
      training: { iterations: 100_000, tasks: 32, queries: 1, learningRate: 1e-4, beta2: 0.999, validateEvery: 1000 },
      evaluation: { tasks: 100, queries: 19, steps: 10, otherObservations: [] },
    },
  },
  build: (c): OwnEvaluation => ({
    ...stagesFor(c, causalOrder(c.task)),
    distributions: distributionsOf(c),
    // DirectLiNGAM wants linear mechanisms and noise that is not Gaussian.
    evaluate: (request) =>
      evaluateOrders(request, {
        trained: c.task.nodes.map((nodes) =>
          distributionOf(causalOrder({ ...c.task, nodes: [nodes] }, { name: `in-${nodes}` }))
        ),
        lingam: (distribution) => distribution.startsWith("lin-out"),
      }),
  }),
});

/** Linear and random functions, in and out of distribution, at each number of nodes that is evaluated: `rff-in-20`. */
function distributionsOf({ task, evaluationNodes }: TopologicalOrderConfig): readonly Distribution[] {
  return evaluationNodes.flatMap((nodes) =>
    ([["linear", "lin"], ["fourier", "rff"]] as const).flatMap(([kind, mechanism]) =>
      ([[inDistribution, "in"], [outOfDistribution, "out"]] as const).map(([ranges, where]) => {
        const name = `${mechanism}-${where}-${nodes}`;
        return distributionOf(causalOrder({ ...task, nodes: [nodes], mechanisms: [kind] }, { name, ranges }));
      })
    )
  );
}

/** The six stages around either grid of tokens. */
function stagesFor(c: TopologicalOrderConfig, family: TaskFamily): BuiltPipeline {
  const model = gridTransformer(c.model);
  const regime = c.tokens === "pairs" ? nodePairs(c, c.model.width) : samplesNodes(c, c.model.width);
  return wireStages({ family, model, regime, masking: maskGrid(c.tokens === "pairs" ? "nodes" : "samples") }, c);
}

export default declared;
