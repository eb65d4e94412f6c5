// Draws the Mermaid pictures of a page, with the copy of mermaid beside it. Pages without pictures do not load it.
const blocks = document.querySelectorAll("code.mermaid, code.language-mermaid");
if (blocks.length > 0) {
  const base = document.currentScript.src.replace(/custom\.js.*$/, "");
  const script = document.createElement("script");
  script.src = `${base}mermaid.min.js`;
  script.onload = async () => {
    const isDark =
      document.documentElement.dataset.theme === "dark" ||
      (document.documentElement.dataset.theme !== "light" &&
        matchMedia("(prefers-color-scheme: dark)").matches);
    mermaid.initialize({ startOnLoad: false, theme: isDark ? "dark" : "neutral" });
    for (const block of blocks) {
      const picture = document.createElement("div");
      picture.className = "mermaid";
      picture.textContent = block.textContent.replace(/\s*Copy\s*$/, "");
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", "Diagram");
      block.closest("pre").replaceWith(picture);
    }
    await mermaid.run({ nodes: document.querySelectorAll("div.mermaid") });
    document.documentElement.dataset.mermaid = "drawn";
  };
  document.head.append(script);
}
