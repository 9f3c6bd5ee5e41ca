# Whatever a target needs is installed on the way: tools/environment.py keeps .venv, and runs the
# rest of its line in it. Another Python: make lab PYTHON=python3.12
IN = @sh tools/python.sh tools/environment.py

.PHONY: help setup lab update test test-cpus test-browser test-site test-wasm notebooks exercises student variant \
	grade slides site results picture lint bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: ## install what `lab` and `test` need; let `git diff` show notebooks readably, here only
	$(IN) lab,test -- tools/configure_git.py

lab: ## open the lessons in JupyterLab (ARGS="--no-browser --port 8890" is passed on; EXTRAS=jax for lesson 11)
	$(IN) lab,$(EXTRAS) -- -m jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
		--LabApp.app_settings_dir=tools/lab \
		--ContentsManager.pre_save_hook=rnn_core.saving.without_views $(ARGS)

update: ## take over a newer edition and keep your work (FROM=rnn-course-2026-11-30.zip)
	@sh tools/python.sh tools/update.py "$(FROM)"

test: ## prove everything: unit tests, then every stored output of every lesson (EXTRAS=a,b adds extras)
	$(IN) lab,test,$(EXTRAS) -- tools/validate.py --units

test-cpus: ## prove the stored outputs again as other processors would compute them
	$(IN) lab,test -- tools/validate.py --cpus

test-browser: ## open the lessons in a real browser and move their sliders (needs Chromium)
	$(IN) lab,test,browser,slides -- -m pytest tests/browser

test-site: ## open the website in a real browser and run lessons in it (needs Chromium and npm; fetches 130 MB once)
	$(IN) lab,test,browser,site -- -m pytest tests/site

test-wasm: ## run rnn_core in the browser edition's Python, in Node (ARGS=tests/wasm: all lessons, too; minutes)
	$(IN) lab,test,site -- -m pytest $(or $(ARGS),tests/wasm/test_core.py)

notebooks: ## run all lessons and store their outputs (with JAX, for lesson 11)
	$(IN) lab,test,jax -- tools/record.py $(ARGS)

exercises: ## make the exercises from the solutions, with nbgrader (ARGS=03_bptt_by_hand for one)
	$(IN) lab,grade -- tools/exercises.py $(ARGS)

grade: ## grade a folder: EXERCISE=03_bptt_by_hand FROM=submissions [OUT=… SOLUTIONS=… JOBS=… AGAIN=yes UNSAFE=yes]
	$(IN) lab,grade -- tools/grade.py "$(EXERCISE)" "$(FROM)" $(if $(OUT),--out "$(OUT)") \
		$(if $(SOLUTIONS),--solutions "$(SOLUTIONS)") $(if $(JOBS),--jobs $(JOBS)) \
		$(if $(AGAIN),--again) $(if $(UNSAFE),--unsafe)

slides: ## make a deck of slides of every lesson, in slides/ (ARGS=--no-code leaves the code out)
	$(IN) lab,slides -- tools/slides.py $(ARGS)

site: ## make the website, to read and to run, in build/site (PYODIDE=folder-or-tar BINDER=owner/name)
	$(IN) lab,site -- tools/website.py --pyodide "$(PYODIDE)" --binder "$(BINDER)" $(ARGS)

student: ## make the folder and zip for students, without solutions, in build/ (VARIANT=class-a)
	$(IN) lab,test -- tools/student.py --edition "$(EDITION)" --variant "$(VARIANT)"

variant: ## make exercises for one class (SEED=20261120 NAME=class-a HIDDEN=folder EXERCISE=03_bptt_by_hand)
	$(IN) lab,grade -- tools/classes.py --seed "$(SEED)" --name "$(NAME)" \
		--hidden "$(HIDDEN)" $(EXERCISE)

results: ## run the long experiments and store their numbers (minutes; ARGS=05_agreement for one)
	$(IN) lab -- tools/results.py $(ARGS)

picture: ## draw the README's picture anew
	$(IN) lab -- tools/picture.py

lint: ## check style and layout of all code, in notebooks too
	$(IN) lab,test -- -m ruff check .
	$(IN) lab,test -- -m ruff format --check .

bench: ## time rnn_core beside PyTorch and JAX (ARGS="training_step cost" for some, ARGS=--quick for a try)
	$(IN) lab,test,browser,jax,bench,$(EXTRAS) -- benchmarks/run.py $(ARGS)

clean: ## remove .venv and caches; your notebooks stay
	@rm -rf .venv .coverage .hypothesis .pytest_cache .ruff_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
