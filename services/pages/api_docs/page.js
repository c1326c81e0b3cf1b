"use strict";

/* Makes elements from openapi.json; texts are set as text, never as markup. */
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
  const choices = resolved.anyOf || resolved.oneOf;
  const one = choices ? resolve(document, choices[0]) : resolved;
  if (depth > 5) return "…";
  if (one.const !== undefined) return one.const;
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
    const forms = (schema.oneOf || []).length;
    const which = forms > 1 ? kind + ", one of " + forms + " forms; the first:" : kind;
    part.append(make("p", which, "quiet"), make("pre", JSON.stringify(sketch(document, schema, 0), null, 2)));
    return part;
  });
}

/* A form that tries a call whose body has examples; a dry run unless somebody asks for more. The token is kept nowhere. */
function trial(path, content) {
  const [kind, { examples }] = Object.entries(content).find(([, each]) => each.examples);
  const form = make("form");
  const labelled = (text, field) => {
    const label = make("label", text + " ");
    label.append(field);
    form.append(label);
    return field;
  };
  const token = labelled("Bearer token", make("input"));
  token.type = "password";
  token.autocomplete = "off";
  const which = labelled("Example", make("select"));
  Object.keys(examples).forEach((name) => which.append(make("option", name)));
  const body = labelled("Body", make("textarea"));
  body.rows = 16;
  body.spellcheck = false;
  const fill = () => { body.value = JSON.stringify(examples[which.value].value, null, 2); };
  which.addEventListener("change", fill);
  fill();
  const dry = labelled("Only try: send nothing", make("input"));
  dry.type = "checkbox";
  dry.checked = true;
  const answer = make("pre");
  answer.setAttribute("role", "status");
  form.append(make("button", "Try it"), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer.textContent = "…";
    const headers = { Authorization: "Bearer " + token.value.trim(), "Content-Type": kind };
    fetch(path + (dry.checked ? "?dry_run=true" : ""), { method: "POST", headers, body: body.value })
      .then(async (got) => { answer.textContent = got.status + " " + got.statusText + "\n" + await got.text(); })
      .catch(() => { answer.textContent = "There was no answer; try again."; });
  });
  const shown = make("details");
  shown.append(make("summary", "Try it"), form);
  return shown;
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
  const content = call.requestBody ? call.requestBody.content : {};
  if (call.requestBody) made.append(make("p", "Body"), ...bodySketch(document, content));
  if (Object.values(content).some((each) => each.examples)) made.append(trial(path, content));
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
