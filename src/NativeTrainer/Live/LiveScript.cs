namespace NativeTrainer.Live;

/// <summary>Listens to the run and draws. It holds no character that XML escapes; names from outside go in as text, never as markup.</summary>
internal static class LiveScript
{
    public const string Text = """

        (function () {
          'use strict';
          var at = function (id) { return document.getElementById(id); };
          var put = function (id, text) { at(id).textContent = text; };
          var epochs = [], total = 0, best = NaN, ended = false;
          function number(value, digits) { return value == null ? '–' : Number(value).toFixed(digits); }
          function time(seconds) {
            var s = Math.round(seconds), two = function (n) { return (n > 9 ? '' : '0') + n; };
            return s >= 3600 ? Math.floor(s / 3600) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60) : Math.floor(s / 60) + ':' + two(s % 60);
          }
          function make(name, attributes, text) {
            var element = document.createElementNS('http://www.w3.org/2000/svg', name);
            Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]); });
            if (text) element.textContent = text;
            return element;
          }
          function draw(id, lines) {
            var svg = at(id), values = [];
            lines.forEach(function (line) { epochs.forEach(function (e) { if (e[line.of] != null) values.push(e[line.of]); }); });
            svg.textContent = '';
            if (values.length === 0) return;
            var low = Math.min.apply(null, values), high = Math.max.apply(null, values);
            if (1e-9 > high - low) { low -= 0.1; high += 0.1; }
            var first = epochs[0].epoch, last = Math.max(total, epochs[epochs.length - 1].epoch, first + 1);
            var x = function (e) { return 46 + (e - first) / (last - first) * 384; }, y = function (v) { return 220 - (v - low) / (high - low) * 206; };
            for (var i = 0; 4 >= i; i++) {
              var v = low + (high - low) * i / 4;
              svg.appendChild(make('line', { 'class': 'grid', x1: 46, x2: 430, y1: y(v), y2: y(v) }));
              svg.appendChild(make('text', { x: 40, y: y(v) + 4, 'text-anchor': 'end' }, v.toFixed(2)));
            }
            var step = Math.max(1, Math.ceil((last - first) / 8));
            for (var e = first; last >= e; e += step) svg.appendChild(make('text', { x: x(e), y: 240, 'text-anchor': 'middle' }, String(e)));
            lines.forEach(function (line) {
              var d = '';
              epochs.forEach(function (e) { if (e[line.of] != null) d += (d ? 'L' : 'M') + x(e.epoch).toFixed(1) + ' ' + y(e[line.of]).toFixed(1); });
              svg.appendChild(make('path', { 'class': 'curve', d: d, style: 'stroke:' + line.colour }));
              epochs.forEach(function (e) { if (e[line.of] != null) svg.appendChild(make('circle', { cx: x(e.epoch), cy: y(e[line.of]), r: 2.5, style: 'fill:' + line.colour })); });
            });
          }
          function samples(images) {
            var box = at('samples');
            box.textContent = '';
            images.forEach(function (image) {
              var figure = document.createElement('figure'), caption = document.createElement('figcaption');
              if (image.picture) {
                var picture = document.createElement('img');
                picture.src = image.picture;
                picture.alt = 'validation picture, class ' + image.label;
                figure.appendChild(picture);
              }
              caption.textContent = image.label === image.said ? image.said + ' ' + Math.round(100 * image.sure) + ' %' : image.said + ' ' + Math.round(100 * image.sure) + ' %, is ' + image.label;
              if (image.label !== image.said) caption.className = 'wrong';
              figure.appendChild(caption);
              box.appendChild(figure);
            });
            at('samples-part').hidden = false;
          }
          function state(text) {
            ended = text === 'done' || text.indexOf('diverged') === 0;
            put('state', { running: 'Training.', stopping: 'Stopping after this step, and saving …', stopped: 'Stopped and saved.', done: 'Done. All of it is in the run folder.' }[text] || text);
            at('stop').hidden = text !== 'running';
            at('resume').hidden = text !== 'stopped';
            at('close').hidden = text !== 'stopped';
          }
          var kinds = {
            plan: function (e) {
              epochs = [];
              best = NaN;
              total = e.epochs;
              put('name', e.name);
              document.title = e.name + ', live';
              put('best', '–');
              at('notes').textContent = '';
            },
            note: function (e) {
              var line = document.createElement('li');
              line.textContent = e.text;
              at('notes').appendChild(line);
              at('notes-part').hidden = false;
            },
            step: function (e) {
              put('epoch', e.epoch + ' of ' + total);
              put('loss', number(e.loss, 3));
              put('rate', Number(e.rate).toExponential(1));
              put('speed', number(e.speed, 1));
              put('left', time(e.left));
              at('progress').value = (e.epoch - 1 + e.step / e.steps) / total;
            },
            epoch: function (e) {
              epochs.push(e);
              if (e.best) { best = e.accuracy; put('best', number(100 * best, 1) + ' %'); }
              put('epoch', e.epoch + ' of ' + total);
              at('progress').value = e.epoch / total;
              draw('loss-chart', [{ of: 'trainLoss', colour: 'var(--train)' }, { of: 'loss', colour: 'var(--val)' }]);
              draw('accuracy-chart', [{ of: 'accuracy', colour: 'var(--train)' }]);
            },
            samples: function (e) { samples(e.images); },
            state: function (e) { state(e.text); }
          };
          function ask(what) { fetch(what, { method: 'POST' }).catch(function () { put('state', 'The program no longer answers.'); }); }
          ['stop', 'resume', 'close'].forEach(function (what) { at(what).addEventListener('click', function () { ask(what); }); });
          var source = new EventSource('events');
          source.onmessage = function (message) {
            var e = JSON.parse(message.data);
            if (kinds[e.kind]) kinds[e.kind](e);
          };
          source.onerror = function () {
            source.close();
            ['stop', 'resume', 'close'].forEach(function (what) { at(what).hidden = true; });
            if (!ended) put('state', 'The program has ended.');
          };
        })();

        """;
}
