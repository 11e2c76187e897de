#include "codegen/descriptor.h"
#include "codegen/dispatch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/TargetParser/Triple.h"

namespace convoy {

namespace {

class Tables {
public:
  Tables(llvm::Module& module) : module_(module), context_(module.getContext()) {}

  llvm::Constant* text(const std::string& s) {
    return global(llvm::ConstantDataArray::getString(context_, s, true), "text", 1);
  }
  llvm::Constant* i32(int64_t n) { return llvm::ConstantInt::getSigned(llvm::Type::getInt32Ty(context_), n); }
  llvm::Constant* i64(int64_t n) { return llvm::ConstantInt::getSigned(llvm::Type::getInt64Ty(context_), n); }
  llvm::Constant* f32(float x) { return llvm::ConstantFP::get(context_, llvm::APFloat(x)); }
  llvm::PointerType* ptr() { return llvm::PointerType::getUnqual(context_); }
  llvm::Constant* null() { return llvm::ConstantPointerNull::get(ptr()); }

  llvm::Constant* global(llvm::Constant* value, const std::string& name, uint64_t alignment,
                         llvm::GlobalValue::LinkageTypes linkage = llvm::GlobalValue::PrivateLinkage) {
    auto* g = new llvm::GlobalVariable(module_, value->getType(), true, linkage, value, name);
    g->setAlignment(llvm::Align(alignment));
    return g;
  }
  llvm::Constant* array(llvm::ArrayRef<llvm::Constant*> items, const std::string& name) {
    if (items.empty()) return null();
    return global(llvm::ConstantArray::get(llvm::ArrayType::get(items[0]->getType(), items.size()), items),
                  name, 8);
  }
  llvm::Constant* record(llvm::ArrayRef<llvm::Constant*> fields) {
    return llvm::ConstantStruct::getAnon(context_, fields);
  }
  llvm::Constant* function(const std::string& name) {
    if (llvm::Function* here = module_.getFunction(name)) return here;
    // Opaque pointers: the signature does not matter for an address.
    auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context_), false);
    return llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, name, module_);
  }
  // Bytes that another object defines.
  llvm::Constant* external(const std::string& name) {
    return new llvm::GlobalVariable(module_, llvm::Type::getInt8Ty(context_), true,
                                    llvm::GlobalValue::ExternalLinkage, nullptr, name);
  }

  llvm::Constant* ports(const std::vector<PortDescription>& list, const std::string& name) {
    std::vector<llvm::Constant*> rows;
    for (const PortDescription& p : list) {
      std::vector<llvm::Constant*> constants, symbols;
      for (int64_t n : p.constants) constants.push_back(i64(n));
      for (int32_t n : p.symbols) symbols.push_back(i32(n));
      int64_t rank = static_cast<int64_t>(p.constants.size());
      rows.push_back(
          record({text(p.name), i32(p.imageChannels), i32(rank), array(constants, "extents"),
                  array(symbols, "sizes"), i32(p.defaultValue ? 1 : 0), f32(p.defaultValue.value_or(0))}));
    }
    return array(rows, name);
  }

private:
  llvm::Module& module_;
  llvm::LLVMContext& context_;
};

} // namespace

std::unique_ptr<llvm::Module> describePipeline(llvm::LLVMContext& context, const PipelineDescription& d,
                                               const Target& target) {
  auto module = std::make_unique<llvm::Module>(d.prefix + "_pipeline", context);
  module->setTargetTriple(llvm::Triple(target.triple));
  module->setPICLevel(llvm::PICLevel::BigPIC);
  Tables t(*module);
  std::vector<llvm::Constant*> names, checks, versions, steps;
  for (const std::string& s : d.sizes) names.push_back(t.text(s));
  for (const auto& c : d.checks) checks.push_back(t.record({t.text(c.message), t.text(c.location)}));
  for (const auto& v : d.versions) {
    versions.push_back(t.i64(static_cast<int64_t>(v.instructionSets)));
    std::vector<llvm::Constant*> rows;
    for (const auto& s : v.steps)
      rows.push_back(t.record({t.text(s.name), t.text(s.algorithm), t.text(s.location)}));
    steps.push_back(t.record({t.i64(static_cast<int64_t>(rows.size())), t.array(rows, "steps")}));
  }
  llvm::Constant* versionTable = t.array(versions, "versions");
  if (d.versions.size() > 1) codegen::addDispatch(*module, d, versionTable);
  llvm::Constant* weights = d.embedsWeights() ? t.external(d.weightsSymbol()) : t.null();
  const size_t weightsBytes = d.weights ? d.weights->size() * sizeof(float) : 0;
  const bool knowsSteps = !d.versions.empty() && !d.versions[0].steps.empty();
  auto count = [&](size_t n) { return t.i32(static_cast<int64_t>(n)); };
  // The fields of convoy_pipeline, in order.
  llvm::Constant* pipeline =
      t.record({t.i32(abiVersion),
                count(d.inputs.size()),
                count(d.outputs.size()),
                count(d.sizes.size()),
                count(d.checks.size()),
                count(d.versions.size()),
                count(d.keptLayers),
                t.text(d.name),
                t.ports(d.inputs, "inputs"),
                t.ports(d.outputs, "outputs"),
                t.array(names, "names"),
                t.array(checks, "checks"),
                versionTable,
                weights,
                t.i64(static_cast<int64_t>(weightsBytes)),
                llvm::ConstantDataArray::get(
                    context, llvm::ArrayRef<uint8_t>(d.weightsDigest.data(), d.weightsDigest.size())),
                d.weightsFile.empty() ? t.null() : t.text(d.weightsFile),
                t.i64(d.memoryLimit),
                t.function(d.prefix + "_check"),
                t.function(d.prefix + "_prepared_size"),
                t.function(d.prefix + "_prepare"),
                t.function(d.prefix + "_workspace_size"),
                t.function(d.prefix + "_run"),
                knowsSteps ? t.array(steps, "steps_of_versions") : t.null(),
                knowsSteps ? t.function(d.prefix + "_work") : t.null()});
  t.global(pipeline, d.prefix + "_pipeline", 8, llvm::GlobalValue::ExternalLinkage);
  return module;
}

} // namespace convoy
