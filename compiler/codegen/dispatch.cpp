#include "codegen/dispatch.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace convoy::codegen {

namespace {

enum class Kind { I32, I64, Pointer };

// The entry functions of runtime.h's convoy_pipeline.
struct Entry {
  const char* name;
  Kind result;
  std::vector<Kind> parameters;
};
const std::vector<Entry>& entries() {
  constexpr Kind i32 = Kind::I32, i64 = Kind::I64, ptr = Kind::Pointer;
  static const std::vector<Entry> table = {
      {"check", i32, {ptr, ptr}},   {"prepared_size", i64, {}},
      {"prepare", i32, {ptr, ptr}}, {"workspace_size", i64, {ptr, i64, i32, ptr}},
      {"run", i32, {ptr}},          {"work", i32, {ptr, i64, ptr}}};
  return table;
}

class Dispatch {
public:
  Dispatch(llvm::Module& module, const PipelineDescription& description, llvm::Constant* versions)
      : module_(module), description_(description), versions_(versions), b_(module.getContext()) {}

  void add() {
    table();
    choose();
    for (size_t i = 0; i < entries().size(); ++i) forward(i);
  }

private:
  llvm::Type* type(Kind kind) {
    if (kind == Kind::Pointer) return b_.getPtrTy();
    return kind == Kind::I32 ? b_.getInt32Ty() : b_.getInt64Ty();
  }
  llvm::FunctionType* type(const Entry& entry) {
    std::vector<llvm::Type*> parameters;
    for (Kind kind : entry.parameters) parameters.push_back(type(kind));
    return llvm::FunctionType::get(type(entry.result), parameters, false);
  }
  llvm::Function* function(llvm::FunctionType* type, const std::string& name, bool exported) {
    auto linkage = exported ? llvm::GlobalValue::ExternalLinkage : llvm::GlobalValue::InternalLinkage;
    auto* f = llvm::Function::Create(type, linkage, name, module_);
    f->addFnAttr(llvm::Attribute::NoUnwind);
    b_.SetInsertPoint(llvm::BasicBlock::Create(module_.getContext(), "entry", f));
    return f;
  }

  // A row of addresses for each version.
  void table() {
    row_ = llvm::ArrayType::get(b_.getPtrTy(), entries().size());
    std::vector<llvm::Constant*> rows;
    for (const auto& version : description_.versions) {
      std::vector<llvm::Constant*> row;
      for (const Entry& entry : entries()) {
        auto* f = llvm::Function::Create(type(entry), llvm::GlobalValue::ExternalLinkage,
                                         version.prefix + "_" + entry.name, module_);
        f->setVisibility(llvm::GlobalValue::HiddenVisibility);
        row.push_back(f);
      }
      rows.push_back(llvm::ConstantArray::get(row_, row));
    }
    auto* all = llvm::ConstantArray::get(llvm::ArrayType::get(row_, rows.size()), rows);
    table_ = new llvm::GlobalVariable(module_, all->getType(), true, llvm::GlobalValue::PrivateLinkage, all,
                                      "code");
  }

  // ptr choose(): the row of the version that runs. Whoever is first decides for all.
  void choose() {
    auto* chosen = new llvm::GlobalVariable(module_, b_.getPtrTy(), false, llvm::GlobalValue::InternalLinkage,
                                            llvm::ConstantPointerNull::get(b_.getPtrTy()),
                                            description_.prefix + ".chosen");
    chosen->setAlignment(llvm::Align(8));
    auto* ask = llvm::Function::Create(
        llvm::FunctionType::get(b_.getInt32Ty(), {b_.getPtrTy(), b_.getInt32Ty()}, false),
        llvm::GlobalValue::ExternalLinkage, "convoy_choose_version", module_);
    ask->setVisibility(llvm::GlobalValue::HiddenVisibility);
    choose_ = function(llvm::FunctionType::get(b_.getPtrTy(), false), description_.prefix + ".choose", false);
    choose_->addFnAttr(llvm::Attribute::NoInline);
    auto* known = llvm::BasicBlock::Create(module_.getContext(), "known", choose_);
    auto* unknown = llvm::BasicBlock::Create(module_.getContext(), "unknown", choose_);
    llvm::LoadInst* before = b_.CreateAlignedLoad(b_.getPtrTy(), chosen, llvm::Align(8));
    before->setAtomic(llvm::AtomicOrdering::Monotonic); // it leads to constants alone
    b_.CreateCondBr(b_.CreateIsNull(before), unknown, known);
    b_.SetInsertPoint(known);
    b_.CreateRet(before);
    b_.SetInsertPoint(unknown);
    const auto count = static_cast<uint32_t>(description_.versions.size());
    llvm::Value* number = b_.CreateCall(ask, {versions_, b_.getInt32(count)});
    llvm::Value* none = b_.CreateICmpSLT(number, b_.getInt32(0));
    llvm::Value* row = b_.CreateGEP(row_, table_, b_.CreateSelect(none, b_.getInt32(count - 1), number));
    auto* set =
        b_.CreateAtomicCmpXchg(chosen, llvm::ConstantPointerNull::get(b_.getPtrTy()), row, llvm::Align(8),
                               llvm::AtomicOrdering::Monotonic, llvm::AtomicOrdering::Monotonic);
    b_.CreateRet(b_.CreateSelect(b_.CreateExtractValue(set, 1), row, b_.CreateExtractValue(set, 0)));
  }

  void forward(size_t which) {
    const Entry& entry = entries()[which];
    llvm::Function* f = function(type(entry), description_.prefix + "_" + entry.name, true);
    llvm::Value* row = b_.CreateCall(choose_);
    llvm::Value* target = b_.CreateLoad(b_.getPtrTy(), b_.CreateConstGEP1_64(b_.getPtrTy(), row, which));
    std::vector<llvm::Value*> arguments;
    for (llvm::Argument& argument : f->args()) arguments.push_back(&argument);
    llvm::CallInst* call = b_.CreateCall(type(entry), target, arguments);
    call->setTailCall();
    b_.CreateRet(call);
  }

  llvm::Module& module_;
  const PipelineDescription& description_;
  llvm::Constant* versions_;
  llvm::IRBuilder<> b_;
  llvm::ArrayType* row_ = nullptr;
  llvm::GlobalVariable* table_ = nullptr;
  llvm::Function* choose_ = nullptr;
};

} // namespace

void addDispatch(llvm::Module& module, const PipelineDescription& description, llvm::Constant* versions) {
  Dispatch(module, description, versions).add();
}

} // namespace convoy::codegen
