"""Import of other tools' tests: promptfoo configurations, tables and logs, as scenarios.

Reading converts each source into `ImportedScenario`s, and into an `ImportFinding` for everything
that could not be converted; `scenario_files` makes the texts of files of them.
"""
