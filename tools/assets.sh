#!/bin/sh
# Refreshes the vendored browser assets: locked npm packages in, a few files out into
# congdoan/kit/static/vendor, which is committed, so that running congdoan never needs npm.
# Icons: add a name of https://tabler.io/icons to tools/icons.txt and run `make assets`.
set -eu
cd "$(dirname "$0")/.."
command -v npm >/dev/null 2>&1 || { echo "Cần Node.js và npm để làm mới tài nguyên giao diện." >&2; exit 1; }
npm ci --ignore-scripts --silent
modules=node_modules
out=congdoan/kit/static/vendor
rm -rf "$out"
mkdir -p "$out/fonts" "$out/licences"

# Tabler goes into a cascade layer, so that every rule of kit/app.css wins over it without !important.
# Source map comments are cut: the maps are not shipped, and the static file manifest would look for them.
{
  printf '@layer tabler{'
  sed -e 's/^@charset "UTF-8";//' -e '/sourceMappingURL=/d' "$modules/@tabler/core/dist/css/tabler.min.css"
  printf '}\n'
} > "$out/tabler.min.css"

sed '/sourceMappingURL=/d' "$modules/htmx.org/dist/htmx.min.js" > "$out/htmx.min.js"

"$modules/.bin/esbuild" tools/echarts-entry.js --bundle --minify --format=iife --global-name=echarts \
  --target=es2018 --legal-comments=inline --log-level=warning --outfile="$out/echarts.min.js"

for weight in 400 500 600; do
  for subset in latin latin-ext vietnamese; do
    cp "$modules/@fontsource/be-vietnam-pro/files/be-vietnam-pro-$subset-$weight-normal.woff2" "$out/fonts/"
  done
  # The unicode ranges come from the package; the woff fallback of old browsers is dropped.
  sed -e 's#url(\./files/\([^)]*woff2\)) format(.woff2.), url([^)]*) format(.woff.)#url(fonts/\1) format("woff2")#' \
    "$modules/@fontsource/be-vietnam-pro/$weight.css"
  echo
done > "$out/fonts.css"

# One sprite of the icons we use: <svg><use href="icons.svg#name"/></svg>.
{
  printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
  sort -u tools/icons.txt | while read -r name; do
    [ -n "$name" ] || continue
    file="$modules/@tabler/icons/icons/outline/$name.svg"
    [ -f "$file" ] || { echo "Không có biểu tượng $name" >&2; exit 1; }
    printf '<symbol id="%s" viewBox="0 0 24 24">' "$name"
    sed -e '/<!--/,/-->/d' "$file" | tr '\n' ' ' | sed -e 's/<svg[^>]*>//' -e 's/<\/svg>//' -e 's/  */ /g' -e 's/^ //' -e 's/ $//'
    printf '</symbol>\n'
  done
  printf '</svg>\n'
} > "$out/icons.svg"

cp "$modules/@tabler/icons/LICENSE" "$out/licences/tabler-icons.txt"
cp "$modules/htmx.org/LICENSE" "$out/licences/htmx.txt"
cp "$modules/echarts/LICENSE" "$out/licences/echarts.txt"
cp "$modules/echarts/NOTICE" "$out/licences/echarts-notice.txt"
cp "$modules/@fontsource/be-vietnam-pro/LICENSE" "$out/licences/be-vietnam-pro.txt"
if [ -f "$modules/@tabler/core/LICENSE" ]; then
  cp "$modules/@tabler/core/LICENSE" "$out/licences/tabler.txt"
else  # this package ships its licence text only with the icons, which share it
  cp "$modules/@tabler/icons/LICENSE" "$out/licences/tabler.txt"
fi
{
  echo "Vendored by tools/assets.sh from the versions locked in package-lock.json:"
  for package in @tabler/core @tabler/icons htmx.org echarts @fontsource/be-vietnam-pro; do
    node -p "const p=require('./$modules/$package/package.json'); '- '+p.name+' '+p.version+' ('+p.license+')'"
  done
} > "$out/README.md"
