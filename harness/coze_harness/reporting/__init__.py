"""One view model of a run, and thin writers: HTML, JUnit, Markdown, terminal, GitHub."""
