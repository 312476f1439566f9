#pragma once

#include <string_view>

namespace sparseann::detail {

/// Style of report.html: light and dark by the reader's choice, one column on narrow screens, black on white on paper.
inline constexpr std::string_view report_style = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#1b2430;--muted:#5b6675;--line:#dde2e8;--soft:#eef1f5;
--accent:#0072b2;--best:#e2f1fa;--best-text:#00466e;--tick:#0072b2}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1a2029;--text:#e6eaf0;--muted:#9aa6b5;--line:#2f3844;
--soft:#232b36;--accent:#56b4e9;--best:#143349;--best-text:#bfe4fb;--tick:#56b4e9}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:76rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .35rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem;overflow-wrap:anywhere}
p{margin:.25rem 0 .75rem;max-width:52rem}
.muted,footer,figcaption,.deviation{color:var(--muted)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.4rem;margin:1.25rem 0}
nav a{color:var(--accent);margin-right:1rem;white-space:nowrap}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.9rem;margin:1.25rem 0 0}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.8rem 1.1rem}
.card b{display:block;font-size:1.45rem;line-height:1.25;overflow-wrap:anywhere}
.card span{color:var(--muted);font-size:.875rem;display:block}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.4rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:top}
thead th{font-weight:600;color:var(--muted);border-bottom:1px solid var(--muted);vertical-align:bottom}
thead th[colspan]{text-align:center;color:var(--text)}
thead th .unit{display:block;font-weight:400}
tbody th,thead tr:first-child th:first-child{text-align:left}
tbody th{font-weight:500}
.results th[scope=row],.results th[rowspan]{position:sticky;left:0;background:var(--card);white-space:normal;
min-width:9.5rem;z-index:1}
.results .first{border-left:1px solid var(--line)}
.results .group th{color:var(--muted);font-size:.8rem;font-weight:600;padding-top:.9rem;border-bottom-color:var(--line)}
.deviation{display:block;font-size:.8rem;line-height:1.2}
.best{background:var(--best);color:var(--best-text);font-weight:700}
.best .deviation{color:inherit;font-weight:400}
.bar{display:block;height:4px;border-radius:2px;background:var(--soft);min-width:4.5rem;margin-top:.25rem}
.bar i{display:block;height:100%;border-radius:2px;background:var(--accent)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:0}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
.explain{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:.6rem 1.6rem;margin:1rem 0 0}
.explain dt{font-weight:600}.explain dd{margin:0;color:var(--muted);font-size:.925rem}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2.5rem}
.curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem}
figure{margin:0}
figcaption{font-size:.85rem;margin-top:.3rem;overflow-wrap:anywhere}
.curves figcaption{color:var(--text);font-weight:600;margin:0}
svg.curve{width:100%;height:auto;display:block}
svg.curve g[color]{color:inherit}svg.curve [stroke=black]{stroke:currentColor}svg.curve g[fill=black]{fill:currentColor}
svg.curve [stroke="rgb( 86, 180, 233)"]{stroke:var(--accent);opacity:.5}
svg.curve [stroke="rgb(  0, 114, 178)"]{stroke:var(--accent)}
svg.curve .gridline{stroke:var(--line)}svg.curve text{font-family:inherit}
.selection{display:grid;grid-template-columns:11rem 1fr;gap:.1rem .8rem;align-items:center}
svg.slice-bar{display:block;overflow:visible}
svg.slice-bar .axis{fill:var(--soft);stroke:var(--line)}
svg.slice-bar .tick{stroke:var(--tick);stroke-width:3;stroke-linecap:round}
svg.slice-bar text{fill:var(--muted);font-size:11px}
svg.feature-space{display:block;width:100%;height:auto;max-width:60rem}
svg.feature-space .panel{fill:var(--soft)}
.warning{border-left:4px solid #d55e00;padding:.3rem .8rem;margin:.5rem 0;background:var(--soft);max-width:none}
.reconstructions{display:block;max-width:100%;height:auto;image-rendering:pixelated;background:#fff}
.case{break-inside:avoid;margin-bottom:1rem}
.panels{display:flex;flex-wrap:wrap;gap:.9rem}
.panels figure{max-width:100%}
.panels img{display:block;max-width:100%;height:auto;border-radius:4px;background:#000;image-rendering:pixelated}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;margin:.25rem 0 1rem;font-size:.9rem}
.legend i{display:inline-block;width:.9rem;height:.9rem;border-radius:3px;margin-right:.45rem;vertical-align:-.1rem}
.legend .unlabelled{background:repeating-linear-gradient(135deg,#8a8a8a 0 2px,#3a3a3a 2px 6px)}
summary{cursor:pointer;color:var(--accent);padding:.3rem 0}
details{margin-top:.9rem}details .explain{margin-top:.3rem}
footer{padding-bottom:2rem;font-size:.875rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (max-width:40rem){section{padding:1rem;border-radius:8px}.selection,.facts{grid-template-columns:1fr}
.facts dd{margin-bottom:.4rem}}
@media print{:root{--page:#fff;--card:#fff;--text:#000;--muted:#444;--line:#bbb;--soft:#eee;--best:#e8e8e8;--best-text:#000}
body{font-size:11px}section{border:0;padding:0}nav{display:none}.scroll{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)css";

/// The page, as a mustache template: {{name}} is escaped, {{{name}}} is markup of our own.
inline constexpr std::string_view report_template = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}}</title>
<style>{{{style}}}</style>
</head>
<body>
<header>
<h1>{{title}}</h1>
<p class="muted">{{dataset}}: {{training_cases}} training cases with sparse labels, {{test_cases}} test cases.</p>
<nav aria-label="Parts of this report">
{{#has_methods}}<a href="#results">Results</a>{{/has_methods}}
{{#has_selections}}<a href="#selection">Slices to label</a>{{/has_selections}}
{{#has_features}}<a href="#features">Feature space</a>{{/has_features}}
{{#has_test_overlays}}<a href="#test">Test cases</a>{{/has_test_overlays}}
{{#has_training_overlays}}<a href="#training">Training cases</a>{{/has_training_overlays}}
{{#has_qualities}}<a href="#qualities">Pseudo-labels</a>{{/has_qualities}}
{{#has_inputs}}<a href="#inputs">Inputs</a>{{/has_inputs}}
{{#has_fit_counts}}<a href="#fits">Fitted sets</a>{{/has_fit_counts}}
{{#has_curves}}<a href="#curves">Learning curves</a>{{/has_curves}}
<a href="#run">The run</a>
</nav>
<div class="cards">
{{#has_best}}
<div class="card"><span>Best mean Dice</span><b>{{best_dice}}</b><span>{{best_method}}</span></div>
{{/has_best}}
{{#has_reference}}
<div class="card"><span>For orientation</span><b>{{reference_dice}}</b><span>{{reference_method}}</span></div>
{{/has_reference}}
<div class="card"><span>Labelled by hand</span><b>{{share_union}}</b><span>of the voxels; {{share_sum}} as a plain sum over the planes</span></div>
<div class="card"><span>Time of all stages</span><b>{{stages_time}}</b><span>{{device}}</span></div>
</div>
</header>
<main>
{{#has_methods}}
<section id="results" aria-labelledby="results-title">
<h2 id="results-title">Results</h2>
<p>Mean over the {{test_cases}} test cases, standard deviation after &#177;. Shaded bold numbers are the best of their
column{{#has_reference}}; for orientation only, and not compared: {{reference_methods}}{{/has_reference}}.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="results-title">
<table class="results">
<thead>
<tr><th rowspan="2" scope="col">Method</th><th colspan="3" scope="colgroup" class="first">all classes</th>{{#table_classes}}<th colspan="3" scope="colgroup" class="first">{{class_name}}</th>{{/table_classes}}</tr>
<tr><th scope="col" class="first">Mean Dice &#8593;</th><th scope="col">Overall &#8593; <span class="unit">score</span></th><th scope="col">Empty &#8595;</th>{{#table_classes}}<th scope="col" class="first">Dice &#8593;</th><th scope="col">ADB &#8595; <span class="unit">mm</span></th><th scope="col">Hausdorff &#8595; <span class="unit">mm</span></th>{{/table_classes}}</tr>
</thead>
{{#groups}}
<tbody>
<tr class="group"><th colspan="{{columns}}" scope="rowgroup">{{group_name}}</th></tr>
{{#rows}}
<tr><th scope="row">{{method}}</th>{{#cells}}<td class="{{#first}}first{{/first}}{{#best}} best{{/best}}">{{number}}{{#best}}<span class="hidden"> (best)</span>{{/best}}{{#has_deviation}}<span class="deviation">&#177; {{deviation}}</span>{{/has_deviation}}{{#has_bar}}<span class="bar"><i style="width:{{bar_percent}}%"></i></span>{{/has_bar}}</td>{{/cells}}</tr>
{{/rows}}
</tbody>
{{/groups}}
</table>
</div>
<details open>
<summary>What the methods are</summary>
<dl class="explain">{{#methods}}<div><dt>{{method}}</dt><dd>{{explanation}}</dd></div>
{{/methods}}</dl>
</details>
<details open>
<summary>What the columns mean</summary>
<dl class="explain">
<div><dt>Dice</dt><dd>Overlap of prediction and reference: twice the common voxels over the voxels of both; 1 is perfect, 0 is none.</dd></div>
<div><dt>ADB</dt><dd>Average distance of boundaries: how far, in millimetres and in the mean, the two surfaces lie apart.</dd></div>
<div><dt>Hausdorff</dt><dd>The largest distance, in millimetres, from any point of one surface to the other surface.</dd></div>
<div><dt>Mean Dice</dt><dd>The mean of Dice over the classes without background and over the test cases.</dd></div>
<div><dt>Overall score</dt><dd>The score of the HVSMR challenge: the sum over the classes of Dice/2 &#8722; ADB/4 &#8722; Hausdorff/30.</dd></div>
<div><dt>Empty</dt><dd>How often a class that a test case has was predicted to have no voxel at all; it then counts with Dice 0 and the image&#8217;s diagonal as its distances.</dd></div>
</dl>
</details>
</section>
{{/has_methods}}
{{#has_selections}}
<section id="selection" aria-labelledby="selection-title">
<h2 id="selection-title">Slices to label</h2>
<p>Each bar is the axis along which a plane&#8217;s slices are stacked; each tick is a slice to label, numbered from 0.
Taller and darker ticks were chosen earlier: with a smaller budget, label the tallest.</p>
{{#selections}}
<div class="case"><h3>{{case_name}}</h3><div class="selection">{{#planes}}<div>plane {{plane}}<span class="muted"> &#183; {{selected}} of {{slices}}</span></div><div>{{{bar}}}</div>{{/planes}}</div></div>
{{/selections}}
{{#has_more_selections}}
<details><summary>The other cases ({{more_selections}})</summary>
{{#later_selections}}
<div class="case"><h3>{{case_name}}</h3><div class="selection">{{#planes}}<div>plane {{plane}}<span class="muted"> &#183; {{selected}} of {{slices}}</span></div><div>{{{bar}}}</div>{{/planes}}</div></div>
{{/later_selections}}
</details>
{{/has_more_selections}}
</section>
{{/has_selections}}
{{#has_features}}
<section id="features" aria-labelledby="features-title">
<h2 id="features-title">Feature space</h2>
{{#feature_warnings}}
<p class="warning">Features that look broken: {{warnings}} ({{stacks}}).</p>
{{/feature_warnings}}
{{#has_feature_spaces}}
<p>What a selector sees: each point is a slice, consecutive ones are joined, and the colour is the place along the axis.
Slices that lie together look alike to the encoder. Circled slices are to be labelled, thumbnails show those chosen first,
with their numbers. t-SNE keeps neighbours together, and its distances between groups mean little; PCA shows the two
directions of largest variance.</p>
{{#feature_spaces}}
<div class="case"><h3>{{case_name}} <span class="muted">&#183; plane {{plane}}</span></h3>{{{drawing}}}</div>
{{/feature_spaces}}
{{/has_feature_spaces}}
{{#has_reconstructions}}
<h3>What the encoder keeps</h3>
<p>Slices as the encoder reads them, and below what it makes of their features alone. Over all slices it leaves
{{unexplained}} of the variance within a slice unexplained (mean squared error {{squared_error}}). From left to right:
{{captions}}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Reconstructions"><img class="reconstructions" src="{{{reconstructions}}}" alt="Slices above their reconstructions"></div>
{{/has_reconstructions}}
{{#has_feature_qualities}}
<details><summary>The features of every stack</summary>
<p>Rank correlation: of the similarity of two slices with their nearness; near 1 where nearer slices are more alike.
Effective rank: how many dimensions the features use. Duplicates: slices that have the features of another.</p>
<div class="scroll" tabindex="0" role="region" aria-label="The features of every stack">
<table><thead><tr><th scope="col">Case</th><th scope="col">Plane</th><th scope="col">Rank correlation</th><th scope="col">Effective rank</th><th scope="col">Duplicates</th><th scope="col">Warnings</th></tr></thead>
<tbody>
{{#feature_qualities}}
<tr><th scope="row">{{case_name}}</th><td>{{plane}}</td><td>{{rank_correlation}}</td><td>{{effective_rank}}</td><td>{{duplicates}}</td><td>{{warnings}}</td></tr>
{{/feature_qualities}}
</tbody></table>
</div></details>
{{/has_feature_qualities}}
</section>
{{/has_features}}
{{#has_test_overlays}}
<section id="test" aria-labelledby="test-title">
<h2 id="test-title">Test cases: predictions</h2>
<ul class="legend">{{#legend}}<li><i style="background:{{color}}"></i>{{class_name}}</li>{{/legend}}</ul>
{{#test_overlays}}
<div class="case"><h3>{{case_name}} <span class="muted">&#183; {{row_caption}}</span></h3><div class="panels">{{#panels}}<figure><img src="{{{picture}}}" width="{{width}}" height="{{height}}" alt="{{case_name}}, {{row_caption}}: {{panel_caption}}"><figcaption>{{panel_caption}}</figcaption></figure>{{/panels}}</div></div>
{{/test_overlays}}
</section>
{{/has_test_overlays}}
{{#has_training_overlays}}
<section id="training" aria-labelledby="training-title">
<h2 id="training-title">Training cases: sparse labels and pseudo-labels</h2>
<p>A person labels a few slices; base models trained on them label all voxels, each in its own way. The meta-model learns
from these pseudo-labels.</p>
<ul class="legend">{{#legend}}<li><i style="background:{{color}}"></i>{{class_name}}</li>{{/legend}}<li><i class="unlabelled"></i>not labelled</li></ul>
{{#training_overlays}}
<div class="case"><h3>{{case_name}} <span class="muted">&#183; {{row_caption}}</span></h3><div class="panels">{{#panels}}<figure><img src="{{{picture}}}" width="{{width}}" height="{{height}}" alt="{{case_name}}, {{row_caption}}: {{panel_caption}}"><figcaption>{{panel_caption}}</figcaption></figure>{{/panels}}</div></div>
{{/training_overlays}}
</section>
{{/has_training_overlays}}
{{#has_qualities}}
<section id="qualities" aria-labelledby="qualities-title">
<h2 id="qualities-title">How right the pseudo-labels are</h2>
<p>Mean Dice over classes and cases against the dense labels, which these models have not seen. Where the training cases are far
ahead of the test cases, the meta-model learns to trust its second input more than that deserves later.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="qualities-title">
<table><thead><tr><th scope="col">Set</th><th scope="col">Training cases</th><th scope="col">Test cases</th></tr></thead>
<tbody>
{{#qualities}}
<tr><th scope="row">{{set_name}}</th><td>{{training_dice}}<span class="bar"><i style="width:{{training_percent}}%"></i></span></td><td>{{test_dice}}<span class="bar"><i style="width:{{test_percent}}%"></i></span></td></tr>
{{/qualities}}
</tbody></table>
</div>
</section>
{{/has_qualities}}
{{#has_inputs}}
<section id="inputs" aria-labelledby="inputs-title">
<h2 id="inputs-title">What the meta-model reads</h2>
<p>Its segmentation of the test cases with one input taken away: the image or the average of the pseudo-labels zeroed, or
one set replaced by another. Changed: voxels with another label, of those that are foreground before or after.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="inputs-title">
<table><thead><tr><th scope="col">Without</th><th scope="col">Mean Dice</th><th scope="col">Changed</th></tr></thead>
<tbody>
{{#inputs}}
<tr><th scope="row">{{without}}</th><td>{{dice}}<span class="bar"><i style="width:{{percent}}%"></i></span></td><td>{{changed}} %</td></tr>
{{/inputs}}
</tbody></table>
</div>
</section>
{{/has_inputs}}
{{#has_fit_counts}}
<section id="fits" aria-labelledby="fits-title">
<h2 id="fits-title">Which pseudo-labels the meta-model fitted</h2>
<p>How often each set was the target of a patch in the last stage of the training, {{fit_stage}}: random-fit draws the sets
evenly, nearest-fit takes the set that lies nearest to what the model says already. If one set takes nearly all, the
meta-model copies it.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="fits-title">
<table><thead><tr><th scope="col">Case</th>{{#sets}}<th scope="col">{{set_name}}</th>{{/sets}}</tr></thead>
<tbody>{{#fit_total}}<tr><th scope="row"><b>All cases</b></th>{{#counts}}<td>{{count}}<span class="deviation">{{percent}} %</span><span class="bar"><i style="width:{{percent}}%"></i></span></td>{{/counts}}</tr>{{/fit_total}}</tbody></table>
</div>
<details><summary>Case by case</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Fitted sets case by case">
<table><thead><tr><th scope="col">Case</th>{{#sets}}<th scope="col">{{set_name}}</th>{{/sets}}</tr></thead>
<tbody>
{{#fits}}
<tr><th scope="row">{{case_name}}</th>{{#counts}}<td>{{count}} <span class="muted">({{percent}} %)</span></td>{{/counts}}</tr>
{{/fits}}
</tbody></table>
</div></details>
</section>
{{/has_fit_counts}}
{{#has_curves}}
<section id="curves" aria-labelledby="curves-title">
<h2 id="curves-title">Learning curves</h2>
<p>Training loss per iteration (thin) and its moving average (bold). Each plot has its own scale: different models
minimise different losses.</p>
<div class="curves">
{{#curves}}
<figure><figcaption>{{model}}</figcaption>{{{drawing}}}</figure>
{{/curves}}
</div>
</section>
{{/has_curves}}
<section id="run" aria-labelledby="run-title">
<h2 id="run-title">The run</h2>
<div class="columns">
<div><h3>Facts</h3>
<dl class="facts">{{#facts}}<dt>{{fact}}</dt><dd>{{fact_value}}</dd>
{{/facts}}</dl></div>
{{#has_stages}}
<div><h3>Time of each stage</h3>
<div class="scroll"><table><thead><tr><th scope="col">Stage</th><th scope="col">Time</th><th scope="col">Share</th></tr></thead>
<tbody>
{{#stages}}
<tr><th scope="row">{{stage}}</th><td>{{time}}</td><td>{{percent}} %<span class="bar"><i style="width:{{percent}}%"></i></span></td></tr>
{{/stages}}
<tr><th scope="row"><b>Sum of the stages</b></th><td><b>{{stages_time}}</b></td><td></td></tr>
</tbody></table></div></div>
{{/has_stages}}
</div>
</section>
</main>
<footer>Made by sparseann {{version}}, revision {{git_revision}}.</footer>
</body>
</html>
)html";

} // namespace sparseann::detail
