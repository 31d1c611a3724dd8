// SQL editor: CodeMirror in place of the form's text, in ClickHouse's dialect.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLDialect, keywordCompletionSource, sql } from "@codemirror/lang-sql";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// What questions may hold; statements that write are refused, so they get no colour.
const KEYWORDS =
  "all and any anti array as asc asof between by case cross cube desc describe distinct else end except exists explain false fill final format from full global grouping group having if ilike in inner interpolate intersect interval into is join left like limit not null nulls offset on or order outer over partition prewhere range recursive right rollup rows sample select semi sets settings table then ties to totals true union unbounded preceding following current row using values when where window with";
const TYPES =
  "array bool date date32 datetime datetime64 decimal enum8 enum16 fixedstring float32 float64 int8 int16 int32 int64 int128 int256 ipv4 ipv6 json lowcardinality map nullable string tuple uint8 uint16 uint32 uint64 uint128 uint256 uuid";

const LOOK = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--better)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--care)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--ink-2)" },
]);

const THEME = EditorView.theme({
  "&": { color: "var(--ink)", fontSize: "13px", borderRadius: "6px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", maxHeight: "60vh" },
  ".cm-content, .cm-gutter": { minHeight: "300px" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--sunken)", color: "var(--ink-3)", border: "none", borderRadius: "5px 0 0 5px" },
  ".cm-placeholder": { color: "var(--ink-3)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--wash-2)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--wash-2)" },
  ".cm-tooltip": { background: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line-2)", borderRadius: "6px", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "240px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: ".8" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 10px", maxWidth: "320px", fontFamily: "var(--font)" },
});

/** Put an editor in the place of `area`; what is written goes into it, too. */
export function startEditor(area, { onChange, onAsk }) {
  const host = document.createElement("div");
  host.className = "sql-editor";
  // In a tree of its own: there its styles are sheets, which the page's policy allows.
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const frame = document.createElement("div");
  root.append(frame);
  const names = { value: null };
  const view = new EditorView({
    parent: frame,
    root,
    state: EditorState.create({ doc: area.value, extensions: extensions(area, names, { onChange, onAsk }) }),
  });
  area.hidden = true;
  area.required = false; // a hidden field cannot say that it is empty: the answer does
  area.after(host);
  return {
    focus: () => view.focus(),
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    point: (byte) => pointAt(view, byte),
    complete: (found) => {
      names.value = found;
    },
  };
}

/** Select the word, or the sign, at a byte of the question, counted from 1. */
function pointAt(view, byte) {
  const bytes = new TextEncoder().encode(view.state.doc.toString());
  const from = new TextDecoder().decode(bytes.slice(0, byte - 1)).length;
  if (byte > bytes.length) return;
  const word = view.state.doc.sliceString(from).match(/^(\w+|.)/u);
  view.dispatch({ selection: { anchor: from, head: from + (word?.[0].length ?? 0) }, scrollIntoView: true });
  view.focus();
}

function extensions(area, names, { onChange, onAsk }) {
  return [
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (onAsk(), true) }])),
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [(context) => completed(context, names.value)], icons: false }),
    // Tab leaves the editor, as everywhere in a form.
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
    placeholder(area.placeholder),
    sql({ dialect: CLICKHOUSE }),
    syntaxHighlighting(LOOK),
    THEME,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "Question in SQL", "aria-multiline": "true" }),
    EditorView.domEventHandlers({ beforeinput: typedOver }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      area.value = update.state.doc.toString();
      onChange(area.value);
    }),
  ];
}

/** Type over a selection here: the browser would keep its look, in a style that the policy refuses. */
function typedOver(event, view) {
  const isOver = event.inputType === "insertText" && !view.state.selection.main.empty;
  if (!isOver || view.composing || !/^[\w ]$/.test(event.data ?? "")) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type" });
  event.preventDefault();
  return true;
}

const CLICKHOUSE = SQLDialect.define({
  keywords: KEYWORDS,
  types: TYPES,
  backslashEscapes: true,
  doubleQuotedStrings: false,
  identifierQuotes: '`"',
  hashComments: true,
  caseInsensitiveIdentifiers: false,
});
const WORDS = keywordCompletionSource(CLICKHOUSE, true);

/** Return what fits before the cursor: columns of a table after its dot, else any name. */
async function completed(context, names) {
  const word = context.matchBefore(/[\w]+/);
  const afterDot = context.matchBefore(/\w+\.\w*/);
  if (!word && !afterDot && !context.explicit) return null;
  const keywords = await WORDS(context);
  const options = afterDot ? [] : [...(keywords?.options ?? [])];
  if (names && !afterDot) {
    const own = ofTables(context, names);
    options.push(...own.values(), ...names.options.filter((each) => !own.has(each.label)));
  }
  if (names && afterDot) {
    const name = afterDot.text.split(".")[0];
    const table = names.schema[name] ?? names.schema[aliases(context, names).get(name)];
    return table ? { from: afterDot.from + afterDot.text.indexOf(".") + 1, options: table, validFor: /^\w*$/ } : null;
  }
  return { from: word ? word.from : context.pos, options, validFor: /^\w*$/ };
}

/** Return the table that each alias of the question stands for. */
function aliases(context, names) {
  const found = new Map();
  const tables = Object.keys(names.schema).join("|");
  const asking = new RegExp(`\\b(?:FROM|JOIN|,)\\s*(?:footfall\\.)?(${tables})\\s+(?:AS\\s+)?(\\w+)`, "gi");
  for (const [, table, alias] of context.state.doc.toString().matchAll(asking)) found.set(alias, table.toLowerCase());
  return found;
}

/** Return the columns of the tables that the question reads, to stand before those of others. */
function ofTables(context, names) {
  const words = new Set(context.state.doc.toString().match(/\w+/g));
  const columns = new Map();
  for (const [table, options] of Object.entries(names.schema)) {
    if (words.has(table)) for (const each of options) columns.set(each.label, { ...each, boost: 4 });
  }
  return columns;
}

/** Return the names the server sent, as options of the editor's. */
export function namesOf({ tables, functions }) {
  const schema = {};
  const columns = new Map();
  for (const table of tables) {
    schema[table.name] = table.columns.map((column) => option(column.name, column.type, column.meaning, 2));
    for (const each of schema[table.name]) if (!columns.has(each.label)) columns.set(each.label, each);
  }
  return {
    schema,
    options: [
      ...tables.map((table) => option(table.name, "table", table.meaning, 3)),
      ...columns.values(),
      ...functions.map((name) => ({ label: name, detail: "function", apply: call(name), boost: -1 })),
    ],
  };
}

function option(label, detail, info, boost) {
  return { label, detail, info, boost };
}

function call(name) {
  return (view, completion, from, to) => {
    const after = view.state.sliceDoc(to, to + 1);
    const insert = after === "(" ? name : `${name}()`;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + name.length + 1 } });
  };
}
