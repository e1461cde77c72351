"""The system's Chromium, driven by playwright, without a network."""

import os
import shutil
import time
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
PICTURES = Path(__file__).parent.parent.parent / "reports" / "browser"

# What stands on what; contrast as WCAG 2.2 defines it, of the colours that the browser computed.
CONTRAST = """
() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => parts(colour).slice(0, 3).map(p => p / 255)
    .map(p => p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4)
    .reduce((sum, p, i) => sum + p * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0, lowest = 99;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
    seen += 1;
  }
  return [seen, lowest];
}
"""


class Tab:
    """Pages opened one after the other, with all that the last one logged and asked the network for."""

    def __init__(self, browser):
        self._browser, self._context = browser, None

    def open(self, path, *, width=1200, height=900, dark=False):
        """Load a file at a width, in light or in dark; return the page."""
        self.close()
        scheme = "dark" if dark else "light"
        self._context = self._browser.new_context(
            offline=True, viewport={"width": width, "height": height}, color_scheme=scheme, is_mobile=width < 600
        )
        self.page, self.log, self.requests = self._context.new_page(), [], []
        self.page.on("console", lambda message: self.log.append(message.text))
        self.page.on("pageerror", lambda error: self.log.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(Path(path).as_uri())
        return self.page

    def value(self, expression):
        """Return what an expression is in the page."""
        return self.page.evaluate(expression)

    def until(self, expression, seconds=20):
        """Wait for an expression to hold; the policy of pages forbids the browser's own way, which makes a function."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"never came: {expression}"
            self.page.wait_for_timeout(20)

    def contrast(self):
        """Return how many texts there are, and the lowest contrast of one with what it stands on."""
        return self.page.evaluate(CONTRAST)

    def picture(self, name, *, whole=False):
        """Keep what is seen, or the whole page, as PNG under reports/browser, to look at."""
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)

    def close(self):
        """Leave the page."""
        if self._context:
            self._context.close()
        self._context = None


@pytest.fixture(scope="module")
def tab():
    """Return a tab of the system's Chromium."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip("no Chromium here; install it (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs pip install -e '.[dev]'")
    with sync_api.sync_playwright() as playwright:
        flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        opened = Tab(browser)
        yield opened
        opened.close()
        browser.close()
