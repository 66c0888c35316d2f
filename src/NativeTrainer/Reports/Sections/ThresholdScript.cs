namespace NativeTrainer.Reports.Sections;

/// <summary>The report's one script: moves the threshold. The page reads without it. It holds no character that XML escapes.</summary>
internal static class ThresholdScript
{
    public const string Text = """

        (function () {
          'use strict';
          var box = document.getElementById('chooser');
          var choice = document.getElementById('chooser-class'), slider = document.getElementById('chooser-threshold');
          var all = Number(box.dataset.all);
          function counts(name) { return choice.options[choice.selectedIndex].dataset[name].split(',').map(Number); }
          function percent(part, whole) { return whole > 0 ? (100 * part / whole).toFixed(1) + ' %' : 'none'; }
          function put(id, text) { document.getElementById(id).textContent = text; }
          function path(value) {
            var d = '', down = false;
            for (var t = 0; 100 >= t; t++) {
              var share = value(t);
              if (isNaN(share)) { down = false; continue; }
              d += (down ? 'L' : 'M') + (46 + 3.84 * t).toFixed(1) + ' ' + (196 - 182 * share).toFixed(1);
              down = true;
            }
            return d;
          }
          function draw() {
            var right = counts('right'), wrong = counts('wrong'), own = Number(choice.options[choice.selectedIndex].dataset.own);
            document.getElementById('chooser-precision-line').setAttribute('d', path(function (t) { return right[t] / (right[t] + wrong[t]); }));
            document.getElementById('chooser-recall-line').setAttribute('d', path(function (t) { return right[t] / own; }));
            show();
          }
          function show() {
            var right = counts('right'), wrong = counts('wrong'), own = Number(choice.options[choice.selectedIndex].dataset.own), t = Number(slider.value);
            var answers = right[t] + wrong[t];
            put('chooser-value', t + ' %');
            slider.setAttribute('aria-valuetext', t + ' percent');
            put('chooser-precision', percent(right[t], answers));
            put('chooser-recall', percent(right[t], own));
            put('chooser-coverage', percent(answers, all));
            put('chooser-words', 'Of ' + all + ' pictures ' + answers + (choice.selectedIndex === 0 ? ' get an answer: ' : ' are taken for it: ') + right[t] + ' rightly, ' + wrong[t] + ' wrongly.');
            var x = 46 + 3.84 * t, line = document.getElementById('chooser-line');
            line.setAttribute('x1', x);
            line.setAttribute('x2', x);
          }
          choice.addEventListener('change', draw);
          slider.addEventListener('input', show);
          box.hidden = false;
          draw();
        })();

        """;
}
