namespace NativeTrainer.Html;

/// <summary>The look of the pages: one column, from 320 pixels up, light and dark, and on paper.</summary>
internal static class PageStyle
{
    public const string Css = """

        :root {
          color-scheme: light dark;
          --paper: #fafaf8; --card: #ffffff; --ink: #1c1d20; --soft: #5c6066; --line: #e3e3de; --tint: #f2f2ee;
          --refusal: #b42318; --warning: #925400; --advice: #1d5bb8; --note: #5c6066; --allowed: #7a3e9d;
          --train: #3b6ea8; --val: #d08a2e; --test: #6aa17c;
          --sans: ui-sans-serif, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #121316; --card: #1a1c20; --ink: #e9e9e6; --soft: #a0a5ac; --line: #2d3036; --tint: #22252a;
            --refusal: #ff8f85; --warning: #f0b35f; --advice: #8fb8f7; --note: #a0a5ac; --allowed: #d0a3ec;
            --train: #6f9fd6; --val: #e0a552; --test: #86bd97;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
        .page { max-width: 60rem; margin: 0 auto; padding: 2.75rem 1.5rem 4rem; }
        .skip { position: absolute; left: -99rem; }
        .skip:focus { position: static; display: inline-block; padding: .5rem 1rem; }
        a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
        a:hover { text-decoration-thickness: 2px; }
        :focus-visible { outline: 3px solid var(--advice); outline-offset: 3px; border-radius: 3px; }
        p, h1, h2, h3, h4, dl, dd, ol, ul, figure { margin: 0; padding: 0; }
        ol, ul { list-style: none; }
        code, .code, .path { font-family: var(--mono); font-size: .86em; }
        code { background: var(--tint); border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
        code.whole { white-space: nowrap; }
        .kicker { color: var(--soft); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
        h1 { font-size: clamp(1.8rem, 1.4rem + 2vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin-top: .2rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; letter-spacing: -.01em; margin: 3.25rem 0 1rem; }
        h3 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -.01em; }
        h4 { font-size: .82rem; color: var(--soft); font-weight: 600; margin: 1.1rem 0 .15rem; }
        .verdict { margin-top: 1.5rem; padding: 1.1rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 8px; font-size: 1.18rem; line-height: 1.45; overflow-wrap: anywhere; }
        .verdict strong { display: block; color: var(--tone); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; margin-bottom: .25rem; }
        .refusal { --tone: var(--refusal); } .warning { --tone: var(--warning); } .advice { --tone: var(--advice); } .note { --tone: var(--note); } .good { --tone: var(--test); }
        .facts { display: flex; flex-wrap: wrap; gap: .9rem 2.2rem; margin-top: 1.5rem; }
        .facts dt, .figures dt { color: var(--soft); font-size: .8rem; }
        .facts dd { font-size: 1.15rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .index { border-top: 1px solid var(--line); }
        .index li { border-bottom: 1px solid var(--line); }
        .index a { display: grid; grid-template-columns: 5.6rem 4.4rem 1fr; gap: .2rem .9rem; align-items: baseline; padding: .7rem .2rem; text-decoration: none; }
        .index a:hover { background: var(--tint); }
        .index .what { display: block; color: var(--soft); font-size: .93rem; overflow-wrap: anywhere; }
        .badge { display: inline-block; color: var(--tone); font-size: .78rem; font-weight: 650; letter-spacing: .02em; }
        .badge::before { content: ""; display: inline-block; width: .55rem; height: .55rem; border-radius: 50%; background: currentColor; margin-right: .42rem; }
        .note .badge::before { background: none; box-shadow: inset 0 0 0 2px currentColor; }
        .mark { display: inline-block; color: var(--allowed); border: 1px solid currentColor; border-radius: 99px; font-size: .74rem; font-weight: 600; padding: 0 .55rem; }
        .cards { display: grid; gap: 1.5rem; margin-top: 2rem; }
        .card { background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--tone); border-radius: 10px; padding: 1.35rem 1.5rem 1.1rem; scroll-margin-top: 1rem; min-width: 0; }
        .card header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .9rem; }
        .card header h3 { flex-basis: 100%; margin-top: .15rem; }
        .card .code { color: var(--soft); }
        .summary { margin-top: .55rem; max-width: 46rem; overflow-wrap: anywhere; }
        .next { margin-top: .8rem; max-width: 46rem; padding-left: .95rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
        .next b { display: block; font-size: .8rem; color: var(--soft); font-weight: 600; }
        .figures { display: flex; flex-wrap: wrap; gap: .5rem 1.8rem; margin-top: 1rem; }
        .figures dd { font-variant-numeric: tabular-nums; }
        .evidence { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 1rem; margin-top: 1.15rem; }
        .evidence.single { grid-template-columns: repeat(auto-fill, minmax(min(10.5rem, 45%), 1fr)); }
        .evidence figure { border: 1px solid var(--line); border-radius: 8px; padding: .6rem; height: 100%; display: flex; flex-direction: column; gap: .5rem; background: var(--paper); }
        .shots { display: grid; grid-auto-columns: minmax(0, 1fr); grid-auto-flow: column; gap: .6rem; }
        .shot { display: block; aspect-ratio: 1; border-radius: 5px; overflow: hidden; background: var(--tint); }
        .shot img { display: block; width: 100%; height: 100%; object-fit: contain; }
        .shot.none { aspect-ratio: 5 / 2; }
        .shot span { display: grid; place-items: center; height: 100%; padding: .5rem; color: var(--soft); font-size: .8rem; text-align: center; }
        .where { margin-top: .35rem; font-size: .8rem; line-height: 1.35; color: var(--soft); }
        .where .path { display: block; color: var(--ink); font-size: .76rem; overflow-wrap: anywhere; }
        figcaption { font-size: .82rem; color: var(--soft); margin-top: auto; overflow-wrap: anywhere; }
        .more { margin-top: .8rem; color: var(--soft); font-size: .88rem; }
        details { margin-top: 1.1rem; border-top: 1px solid var(--line); padding-top: .7rem; }
        summary { cursor: pointer; color: var(--soft); font-size: .88rem; }
        details p { max-width: 46rem; font-size: .94rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: .5rem .2rem .5rem 1rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; font-weight: 400; }
        th:first-child { text-align: left; padding-left: .2rem; width: 62%; overflow-wrap: anywhere; }
        thead th { color: var(--soft); font-size: .8rem; vertical-align: bottom; }
        .bar { display: flex; height: .5rem; margin-top: .4rem; border-radius: 3px; overflow: hidden; background: var(--tint); }
        .bar i { display: block; } .train { background: var(--train); } .val { background: var(--val); } .test { background: var(--test); }
        .key { display: inline-block; width: .6rem; height: .6rem; border-radius: 2px; margin-right: .35rem; }
        .kinds { columns: 20rem; column-gap: 2rem; font-size: .9rem; }
        .kinds li { break-inside: avoid; padding: .12rem 0; }
        footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
        @media (max-width: 34rem) {
          .page { padding: 1.6rem 1rem 3rem; }
          .index a { grid-template-columns: auto 1fr; }
          .index .say { grid-column: 1 / -1; }
          .card { padding: 1.05rem 1rem .9rem; }
          .verdict { padding: .9rem 1rem; font-size: 1.08rem; }
          .facts { gap: .7rem 1.6rem; }
          th:first-child { width: 46%; }
          th, td { padding-left: .55rem; }
        }
        @media print {
          :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --tint: #eee; color-scheme: light; }
          body { font-size: 10.5pt; } .page { max-width: none; padding: 0; }
          .card, .evidence figure, tr { break-inside: avoid-page; } .card { break-inside: auto; } h2, .card header { break-after: avoid; }
          .bar i, .badge::before, .key, .verdict { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          details::details-content { content-visibility: visible; block-size: auto; }
        }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }

        """;
}
