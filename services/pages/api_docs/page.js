"use strict";

// Makes elements from openapi.json; texts are set as text, never as markup.
function make(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function resolve(document, schema) {
  if (schema && schema.$ref) {
    return schema.$ref.slice(2).split("/").reduce((part, key) => part[key], document);
  }
  return schema || {};
}

function sketch(document, schema, depth) {
  const resolved = resolve(document, schema);
  const one = resolved.anyOf ? resolve(document, resolved.anyOf[0]) : resolved;
  if (depth > 5) return "…";
  if (one.enum) return one.enum.join(" · ");
  if (one.type === "array") return [sketch(document, one.items, depth + 1)];
  if (one.properties) {
    return Object.fromEntries(
      Object.entries(one.properties).map(([name, part]) => [name, sketch(document, part, depth + 1)]));
  }
  return one.type || "any";
}

function table(head, rows) {
  const made = make("table");
  const line = made.createTHead().insertRow();
  head.forEach((text) => line.append(make("th", text)));
  const body = made.createTBody();
  rows.forEach((cells) => {
    const row = body.insertRow();
    cells.forEach((cell) => row.append(make("td", cell)));
  });
  return made;
}

function bodySketch(document, content) {
  return Object.entries(content || {}).map(([kind, { schema }]) => {
    const part = make("div");
    part.append(make("p", kind, "quiet"), make("pre", JSON.stringify(sketch(document, schema, 0), null, 2)));
    return part;
  });
}

function section(document, path, method, call) {
  const made = make("section");
  const title = make("h2");
  title.append(make("span", method.toUpperCase(), "method " + method), " " + path);
  made.append(title, make("p", call.description || call.summary || ""));
  if (call.parameters) {
    made.append(table(["parameter", "in", ""], call.parameters.map(
      (each) => [each.name, each.in, (each.required ? "required. " : "") + (each.description || "")])));
  }
  if (call.requestBody) made.append(make("p", "Body"), ...bodySketch(document, call.requestBody.content));
  made.append(table(["answer", ""], Object.entries(call.responses).map(([status, each]) => [status, each.description])));
  const shown = make("details");
  shown.append(make("summary", "What a good answer looks like"));
  Object.entries(call.responses).filter(([status]) => status < "300").forEach(
    ([, each]) => shown.append(...bodySketch(document, each.content)));
  if (shown.children.length > 1) made.append(shown);
  return made;
}

fetch("/openapi.json").then((answer) => answer.json()).then((document_) => {
  const calls = document.getElementById("calls");
  document.getElementById("description").textContent = document_.info.description;
  Object.entries(document_.paths).forEach(([path, methods]) =>
    Object.entries(methods).forEach(([method, call]) => calls.append(section(document_, path, method, call))));
}).catch(() => {
  document.getElementById("description").textContent = "openapi.json could not be read; try again.";
});
