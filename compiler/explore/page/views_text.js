// ---- The views that are texts ----

function textView(id, title, hint) {
  view({
    id, title, hint, needs: "text." + id,
    async create(pane) {
      const stage = await model.stages.get(id).load();
      await model.stages.get("loops").load(); // through which code is linked
      return new TextPane(pane, stage);
    },
  });
}
textView("script", "Script", "What was written");
view({id: "graph", title: "Graph", hint: "Layers, kernels and groups, drawn", create: (pane) => new GraphPane(pane)});
textView("graph-text", "Graph IR", "Layers with shapes and padding resolved");
textView("fused", "Fused", "The graph, grouped into kernels");
textView("schedule", "Schedule", "Algorithm, layout and tiles of each kernel");
textView("loops", "Loops", "Loop IR: loops over vectors");
textView("llvm", "LLVM", "LLVM IR as it is generated");
textView("llvm-opt", "LLVM opt", "LLVM IR after clean-up");
textView("asm", "Assembly", "Machine code");
