# What tests of faults share: a small case of each command that writes, and whether what it left is whole.
# shellcheck shell=bash disable=SC2034

readonly CASES=(run replace sweep sweep_replace shard merge frontier compare reproduce report)

# Clock times stand in the manifest, and in the page that shows it; everything else is compared byte by byte.
sums() {
  if [ -f "$1" ]; then
    sha256sum < "$1"
  else
    (cd "$1" && find . -type f | LC_ALL=C sort |
      while read -r file; do
        case $file in
          ./manifest.json | ./report.html) echo "$file $(test -s "$file" && echo there)" ;;
          *) sha256sum "$file" ;;
        esac
      done)
  fi
}

# Files and undisturbed results that the cases begin from, in $work/given.
prepare() {
  mkdir -p "$work/given"
  cd "$work/given"
  cp -r "$root/scenarios" .
  cat > e.toml << TOML
scenario = "scenarios/china-2015-2024.toml"
replicates = 12
responses = ["competitiveness", "waste_share"]

[set]
"run.quarters" = 8

[design]
kind = "grid"

[[factors]]
key = "tournament.intensity"
levels = [0, 1, 2]

[[factors]]
key = "mechanisms.codification"
levels = [true, false]
TOML
  small=(--set run.quarters=8 --set run.replicates=20 --quiet)
  claims=(--claim C1 --claim B9 --replicates 20 --quiet)
  "$program" run scenarios/china-2015-2024.toml "${small[@]}" --seed 2 --out old
  "$program" sweep e.toml --replicates 2 --quiet --out old_sweep
  "$program" sweep e.toml --plan p --shards 3 --quiet
  "$program" shard p --quiet 2 3
  cp -r p whole_p
  "$program" shard whole_p --quiet 1
  printf '\n[objectives]\ncompetitiveness = "max"\nwaste_share = "min"\n' | cat e.toml - > f.toml
}

# Puts what a case begins from into the folder $1, and its commands into `first`, `again` and `result`.
begin() {
  here=$1
  rm -rf "$here"
  mkdir -p "$here"
  local given=../given
  result=r
  cd "$here"
  case $name in
    run)
      first=(run $given/scenarios/china-2015-2024.toml "${small[@]}" --out r)
      again=("${first[@]}" --force)
      ;;
    replace)
      cp -r $given/old r
      first=(run $given/scenarios/china-2015-2024.toml "${small[@]}" --out r --force)
      again=("${first[@]}")
      ;;
    sweep)
      first=(sweep $given/e.toml --quiet --out r)
      again=("${first[@]}" --resume)
      ;;
    sweep_replace)
      cp -r $given/old_sweep r
      first=(sweep $given/e.toml --quiet --out r --resume)
      again=("${first[@]}")
      ;;
    shard)
      cp -r $given/p p
      first=(shard p --quiet 1)
      again=("${first[@]}")
      result=p/shards/0000/0000001.shard
      ;;
    merge)
      first=(merge $given/whole_p --quiet --out r)
      again=("${first[@]}" --force)
      ;;
    frontier)
      first=(frontier $given/f.toml --quiet --out r)
      again=("${first[@]}" --resume)
      ;;
    compare)
      first=(compare $given/scenarios/china-2015-2024.toml $given/scenarios/us-silos.toml --replicates 20
        --set run.quarters=8 --quiet --out r)
      again=("${first[@]}" --resume)
      ;;
    reproduce)
      ln -s $given/scenarios scenarios
      first=(reproduce "${claims[@]}" --out r)
      again=("${first[@]}" --resume)
      ;;
    report)
      first=(report $given/old --quiet --out r)
      again=("${first[@]}" --force)
      ;;
  esac
}

# What may stand under the final name after a fault: nothing, the result, or what was to be replaced. The last two are
# whole. Then the command that goes on, and the bytes of an undisturbed result.
check_after() {
  if [ -e "$result" ]; then
    local found
    found=$(sums "$result")
    if [ "$found" != "${expected[$name]}" ] && [ "$found" != "${before[$name]:-}" ]; then
      echo "$name: $1: what stands at its final name is not whole:" >&2
      diff <(echo "${expected[$name]}") <(echo "$found") >&2 || true
      return 1
    fi
  elif [ -n "${before[$name]:-}" ]; then
    missing=$((missing + 1))
    if [ "$name" = replace ]; then
      echo "$name: $1: the result that was to be replaced is gone, and no other is there" >&2
      return 1
    fi
  fi
  local said
  if ! said=$("$program" "${again[@]}" 2>&1); then
    echo "$name: $1: ${again[*]}: $said" >&2
    return 1
  fi
  if [ "$(sums "$result")" != "${expected[$name]}" ]; then
    echo "$name: $1: other bytes:" >&2
    diff <(echo "${expected[$name]}") <(sums "$result") >&2 || true
    return 1
  fi
  if [ -e r.partial ]; then
    echo "$name: $1: r.partial is left" >&2
    return 1
  fi
}
