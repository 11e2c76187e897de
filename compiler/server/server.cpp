#include "server/server.h"
#include "server/document.h"
#include "server/transport.h"
#include "server/uri.h"
#include <algorithm>
#include <map>

namespace convoy::server {

namespace {

// Codes of JSON-RPC and of the protocol.
enum ErrorCode {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  NotInitialized = -32002,
};

// Thrown by what answers a request, for an answer that is an error.
struct Refusal {
  ErrorCode code;
  std::string message;
};

const Json* at(const Json* json, std::initializer_list<std::string_view> path) {
  for (std::string_view key : path) json = json ? json->find(key) : nullptr;
  return json;
}

std::string requiredText(const Json& params, std::initializer_list<std::string_view> path) {
  const Json* found = at(&params, path);
  if (!found || !found->asString())
    throw Refusal{InvalidParams, "'" + std::string(*(path.end() - 1)) + "' must be a text"};
  return *found->asString();
}

class Server {
public:
  Server(std::istream& in, std::ostream& out, const ServerOptions& options)
      : transport_(in, out), options_(options) {}

  int run() {
    for (;;) {
      const Received received = transport_.receive();
      switch (received.kind) {
      case Received::End: return 1; // the editor is gone without a word
      case Received::TooLarge: fail(nullptr, InvalidRequest, "the message is too large"); break;
      case Received::NoLength: fail(nullptr, ParseError, "a header without Content-Length"); break;
      case Received::Message:
        take(received.body);
        if (exited_) return shutDown_ ? 0 : 1;
        break;
      }
    }
  }

private:
  // ---- messages ----

  void take(const std::string& body) {
    std::string error;
    const std::optional<Json> message = parseJson(body, &error);
    if (!message) return fail(nullptr, ParseError, error);
    const Json* method = message->find("method");
    const Json* id = message->find("id");
    if (!message->asObject()) return fail(nullptr, InvalidRequest, "a message is an object");
    if (!method && id) return; // an answer; we ask nothing
    if (!method || !method->asString()) return fail(id, InvalidRequest, "a message has a 'method'");
    const Json* params = message->find("params");
    if (id)
      request(*id, *method->asString(), params ? *params : Json::object());
    else
      notification(*method->asString(), params ? *params : Json::object());
  }

  void fail(const Json* id, ErrorCode code, const std::string& message) {
    Json error = Json::object().set("code", static_cast<int>(code)).set("message", message);
    transport_.send(
        Json::object().set("jsonrpc", "2.0").set("id", id ? *id : Json()).set("error", std::move(error)));
  }

  void notify(const char* method, Json params) {
    transport_.send(
        Json::object().set("jsonrpc", "2.0").set("method", method).set("params", std::move(params)));
  }

  // Our own mistakes are told to whoever looks at the log; the session goes on.
  void logInternalError(const std::string& where, const std::exception& error) {
    const std::string text = "internal error of convoy at " + where + ": " + error.what();
    notify("window/logMessage", Json::object().set("type", 1).set("message", text));
  }

  void request(const Json& id, const std::string& method, const Json& params) {
    Json result;
    try {
      if (shutDown_) throw Refusal{InvalidRequest, "the server is shut down"};
      if (!initialized_ && method != "initialize")
        throw Refusal{NotInitialized, "the server is not initialized"};
      const auto handler = requests().find(method);
      if (handler == requests().end()) throw Refusal{MethodNotFound, "there is no method '" + method + "'"};
      result = (this->*handler->second)(params);
    } catch (const Refusal& refusal) {
      return fail(&id, refusal.code, refusal.message);
    } catch (const std::exception& error) {
      logInternalError(method, error);
    }
    transport_.send(Json::object().set("jsonrpc", "2.0").set("id", id).set("result", std::move(result)));
  }

  void notification(const std::string& method, const Json& params) {
    if (method == "exit") {
      exited_ = true;
      return;
    }
    const auto handler = notifications().find(method);
    if (!initialized_ || shutDown_ || handler == notifications().end()) return;
    try {
      (this->*handler->second)(params);
    } catch (const Refusal&) {
      // A notification has no answer.
    } catch (const std::exception& error) {
      logInternalError(method, error);
    }
  }

  using Request = Json (Server::*)(const Json&);
  static const std::map<std::string, Request>& requests() {
    static const std::map<std::string, Request> table = {
        {"initialize", &Server::initialize},
        {"shutdown", &Server::shutdown},
        {"textDocument/hover", &Server::hover},
        {"textDocument/completion", &Server::completion},
        {"textDocument/definition", &Server::definition},
        {"textDocument/documentSymbol", &Server::symbols},
        {"textDocument/formatting", &Server::formatting},
        {"textDocument/codeAction", &Server::codeAction},
    };
    return table;
  }
  using Notification = void (Server::*)(const Json&);
  static const std::map<std::string, Notification>& notifications() {
    static const std::map<std::string, Notification> table = {
        {"textDocument/didOpen", &Server::didOpen},
        {"textDocument/didChange", &Server::didChange},
        {"textDocument/didSave", &Server::didSave},
        {"textDocument/didClose", &Server::didClose},
    };
    return table;
  }

  // ---- the session ----

  Json initialize(const Json& params) {
    if (initialized_) throw Refusal{InvalidRequest, "the server is initialized already"};
    initialized_ = true;
    const Json* capabilities = params.find("capabilities");
    auto offers = [](const Json* list, std::string_view word) {
      if (list && list->asArray())
        for (const Json& each : *list->asArray())
          if (each.asString() && *each.asString() == word) return true;
      return false;
    };
    if (offers(at(capabilities, {"general", "positionEncodings"}), "utf-8"))
      client_.encoding = Encoding::Utf8;
    const Json* formats = at(capabilities, {"textDocument", "hover", "contentFormat"});
    client_.markdown = !formats || offers(formats, "markdown");

    Json sync = Json::object().set("openClose", true).set("change", 2).set("save", true);
    Json triggers = Json::array().push(">").push("(").push(",").push(":");
    Json server = Json::object();
    server.set("positionEncoding", client_.encoding == Encoding::Utf8 ? "utf-8" : "utf-16");
    server.set("textDocumentSync", std::move(sync));
    server.set("completionProvider", Json::object().set("triggerCharacters", std::move(triggers)));
    server.set("hoverProvider", true).set("definitionProvider", true).set("documentSymbolProvider", true);
    server.set("documentFormattingProvider", true);
    server.set("codeActionProvider", Json::object().set("codeActionKinds", Json::array().push("quickfix")));
    Json info = Json::object().set("name", "convoy").set("version", options_.version);
    return Json::object().set("capabilities", std::move(server)).set("serverInfo", std::move(info));
  }

  Json shutdown(const Json&) {
    shutDown_ = true;
    documents_.clear();
    return nullptr;
  }

  // ---- documents ----

  void didOpen(const Json& params) {
    Document document;
    document.uri = requiredText(params, {"textDocument", "uri"});
    document.text = requiredText(params, {"textDocument", "text"});
    document.path = canonicalPath(pathOfUri(document.uri).value_or("untitled.cvy"));
    setVersion(document, params);
    Document& kept = documents_[document.uri] = std::move(document);
    check(kept);
    checkImporters(kept);
  }

  void didChange(const Json& params) {
    Document* document = find(params);
    const Json* changes = params.find("contentChanges");
    if (!document || !changes || !changes->asArray()) return;
    for (const Json& change : *changes->asArray()) apply(*document, change);
    setVersion(*document, params);
    check(*document);
    checkImporters(*document);
  }

  void apply(Document& document, const Json& change) {
    const std::string text = requiredText(change, {"text"});
    if (!change.find("range")) {
      document.text = text;
      return;
    }
    const SourceFile before(document.path, document.text);
    const auto range = readRange(change.find("range"), before, client_.encoding);
    if (!range) throw Refusal{InvalidParams, "'range' must be a range"};
    document.text = std::string(before.text()).replace(range->begin, range->end - range->begin, text);
  }

  void didSave(const Json& params) {
    if (Document* document = find(params)) {
      check(*document);
      checkImporters(*document);
    }
  }

  void didClose(const Json& params) {
    Document* document = find(params);
    if (!document) return;
    const Document closed = std::move(*document);
    documents_.erase(closed.uri);
    publish(closed, Json::array());
    checkImporters(closed); // they read the file again
  }

  void setVersion(Document& document, const Json& params) {
    const Json* version = at(&params, {"textDocument", "version"});
    document.version = version ? version->asInteger() : std::nullopt;
  }

  Document* find(const Json& params) {
    const auto found = documents_.find(requiredText(params, {"textDocument", "uri"}));
    return found == documents_.end() ? nullptr : &found->second;
  }

  std::optional<std::string> openText(const std::string& path) const {
    for (const auto& [uri, document] : documents_)
      if (document.path == path) return document.text;
    return std::nullopt;
  }

  std::unique_ptr<Analysis> analyze(const Document& document, std::string text) const {
    return analyzeText(document.path, std::move(text), options_.analysis,
                       [this](const std::string& path) { return openText(path); });
  }

  void check(Document& document) {
    document.analysis = nullptr;
    try {
      document.analysis = analyze(document, document.text);
      publish(document, diagnosticsOf(document, client_));
    } catch (const std::exception& error) {
      logInternalError(document.uri, error);
      publish(document, Json::array());
    }
  }

  void checkImporters(const Document& changed) {
    for (auto& [uri, document] : documents_) {
      if (uri == changed.uri || !document.analysis) continue;
      const std::vector<std::string>& imports = document.analysis->imports;
      if (std::find(imports.begin(), imports.end(), changed.path) != imports.end()) check(document);
    }
  }

  void publish(const Document& document, Json diagnostics) {
    Json params = Json::object().set("uri", document.uri);
    if (document.version) params.set("version", *document.version);
    notify("textDocument/publishDiagnostics", std::move(params.set("diagnostics", std::move(diagnostics))));
  }

  // ---- requests about documents ----

  // The document with an analysis; nullptr when it is not open or could not be analyzed.
  const Document* analyzed(const Json& params) {
    const Document* document = find(params);
    return document && document->analysis ? document : nullptr;
  }

  uint32_t offsetIn(const Document& document, const Json& params) const {
    const auto position = readPosition(params.find("position"));
    if (!position) throw Refusal{InvalidParams, "'position' must be a position"};
    return offsetOf(document.file(), *position, client_.encoding);
  }

  Json hover(const Json& params) {
    const Document* document = analyzed(params);
    return document ? hoverAt(*document, offsetIn(*document, params), client_) : Json();
  }
  Json completion(const Json& params) {
    const Document* document = analyzed(params);
    if (!document) return nullptr;
    return completionsAt(*document, offsetIn(*document, params), client_,
                         [&](std::string text) { return analyze(*document, std::move(text)); });
  }
  Json definition(const Json& params) {
    const Document* document = analyzed(params);
    return document ? definitionAt(*document, offsetIn(*document, params), client_) : Json();
  }
  Json symbols(const Json& params) {
    const Document* document = analyzed(params);
    return document ? symbolsOf(*document, client_) : Json();
  }
  Json formatting(const Json& params) {
    const Document* document = analyzed(params);
    return document ? formattingOf(*document, client_) : Json();
  }
  Json codeAction(const Json& params) {
    const Document* document = analyzed(params);
    if (!document) return nullptr;
    const auto range = readRange(params.find("range"), document->file(), client_.encoding);
    if (!range) throw Refusal{InvalidParams, "'range' must be a range"};
    return fixesIn(*document, *range, client_);
  }

  Transport transport_;
  const ServerOptions& options_;
  Client client_;
  bool initialized_ = false, shutDown_ = false, exited_ = false;
  std::map<std::string, Document> documents_; // by URI
};

} // namespace

int serve(std::istream& in, std::ostream& out, const ServerOptions& options) {
  return Server(in, out, options).run();
}

} // namespace convoy::server
