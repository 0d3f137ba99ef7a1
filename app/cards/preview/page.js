// Shows the card in every view. Its text comes from outside: all of it goes through markdown-it, which writes no HTML of theirs.
"use strict";
(() => {
  const { card, hosts } = JSON.parse(document.getElementById("data").textContent);
  const { AdaptiveCard, HostConfig, SerializationContext } = AdaptiveCards;

  // Teams reads bold, italics, lists and links, and nothing else of Markdown.
  const markdown = markdownit("zero", { html: false });
  markdown.enable(["emphasis", "link", "list", "escape", "entity", "newline"]);
  markdown.validateLink = (url) => /^https:\/\//i.test(url);

  // <at>…</at> is a mention only where an entity has this very text.
  const entities = card.msteams?.entities ?? [];
  const mentions = entities.filter((one) => one.type === "mention" && one.text).map((one) => one.text);
  markdown.inline.ruler.push("mention", (state, silent) => {
    const found = mentions.find((text) => state.src.startsWith(text, state.pos));
    if (!found) return false;
    if (!silent) state.push("mention", "span", 0).content = found.replace(/<\/?at>/g, "");
    state.pos += found.length;
    return true;
  });
  markdown.renderer.rules.mention = (tokens, at) =>
    `<span class="at">${markdown.utils.escapeHtml(tokens[at].content)}</span>`;

  AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };

  const open = (action) => {
    if (/^https:\/\//i.test(action.url ?? "")) window.open(action.url, "_blank", "noopener,noreferrer");
  };

  const show = (view) => {
    const shown = new AdaptiveCard();
    const context = new SerializationContext();
    shown.hostConfig = new HostConfig(hosts[view.dataset.view]);
    shown.onExecuteAction = open;
    shown.parse(structuredClone(card), context);
    view.replaceChildren(shown.render() ?? "Nothing to show.");
    for (const link of view.querySelectorAll("a")) link.rel = "noopener noreferrer";
    shown.updateLayout();
    return Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  };

  const said = new Set();
  for (const view of document.querySelectorAll("[data-view]")) {
    try {
      for (const message of show(view)) said.add(message);
    } catch (error) {
      view.textContent = `The renderer failed: ${error.message}`;
    }
  }
  for (const message of said) {
    const line = document.createElement("li");
    line.className = "warning";
    line.textContent = `The renderer says: ${message}`;
    document.getElementById("lint").append(line);
  }
})();
