// Stages: parameters as received → canonical string → expected signature → verdict.

import { make, prose } from "./dom.js";

const SENT = { whole: "all", cut: "in part", nothing: "none" };

/** Create the stages of the verification of a request. */
export function stagesOf(record) {
  const stages = [stage("Parameters as received", ...received(record))];
  if (record.expectedCanonicalString !== undefined) {
    stages.push(
      stage("Canonical string", ...canonical(record)),
      stage("Expected signature", ...signature(record)),
    );
  }
  stages.push(stage("Verdict", ...verdict(record)));
  return [make("ol", {}, ...stages)];
}

function stage(title, ...content) {
  return make("li", {}, make("h3", {}, title), ...content);
}

function received(record) {
  const names = Object.keys(record.parameters ?? {});
  const where = [`${record.method} ${record.path}`, record.placement && `as ${record.placement}`];
  const table = make(
    "dl",
    { className: "pairs" },
    ...names.flatMap((name) => [make("dt", {}, name), make("dd", {}, record.parameters[name])]),
  );
  return [
    make("p", { className: "note" }, where.filter(Boolean).join(", ")),
    names.length ? table : null,
    raw("Query string", record.query),
    raw("Body", record.body),
    headers(record.headers),
  ];
}

function raw(title, text) {
  if (!text) return null;
  return make("p", { className: "raw" }, make("span", {}, title), make("code", {}, text));
}

function headers(given) {
  const lines = Object.entries(given).filter(([, value]) => value !== null);
  if (lines.length === 0) return null;
  const text = lines.map(([name, value]) => `${name}: ${value}`).join("\n");
  return make("details", { className: "more" }, make("summary", {}, "Headers"), raw("", text));
}

function canonical(record) {
  const expected = record.expectedCanonicalString;
  const signed = record.diagnosis?.signedText;
  if (signed === undefined || signed === null) return [text("to be signed", expected)];
  const [wanted, got] = difference(expected, signed);
  return [text("to be signed", ...wanted), text("was signed", ...got)];
}

function signature(record) {
  const sent = record.receivedSignature;
  const lines = [text("expected", record.expectedSignature)];
  if (sent === record.expectedSignature) return [...lines, make("p", { className: "same" }, "The received signature is the same.")];
  return [...lines, sent ? text("received", sent) : make("p", { className: "wrong" }, "No signature was received.")];
}

function verdict(record) {
  const rejected = record.code !== undefined && record.code !== 0;
  const response = record.code === undefined ? "none" : `${record.code} ${record.msg}`.trim();
  return [
    make("p", { className: rejected ? "wrong" : "same" }, record.verdict ?? "not judged"),
    record.detail ? make("p", {}, record.detail) : null,
    record.diagnosis ? doctor(record.diagnosis) : null,
    record.verdict === "accepted" ? text("response", response) : null,
    record.fault ? make("p", {}, `Fault: ${record.fault}. Response sent: ${SENT[record.answered]}.`) : null,
    record.limit ? make("p", {}, `Rejected by the limit ${record.limit}.`) : null,
  ];
}

function doctor(diagnosis) {
  const mistakes = diagnosis.mistakes.map((mistake) =>
    make("li", {}, prose("p", {}, mistake.words), prose("cite", {}, mistake.rule)),
  );
  return make(
    "div",
    { className: "doctor", role: "note", "aria-label": "Diagnosis of the signature doctor" },
    make("h4", {}, "Signature doctor"),
    mistakes.length ? make("ul", {}, ...mistakes) : prose("p", {}, diagnosis.words),
  );
}

function text(title, ...content) {
  return make("p", { className: "raw" }, make("span", {}, title), make("code", {}, ...content));
}

/** Mark where two texts differ: their common start and end stay unmarked. */
function difference(one, other) {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return [one, other].map((each) => [
    each.slice(0, start),
    make("mark", {}, each.slice(start, each.length - end)),
    each.slice(each.length - end),
  ]);
}
