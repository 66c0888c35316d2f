namespace NativeTrainer.Reports;

/// <summary>What the pages of runs have beside <see cref="Html.PageStyle"/>.</summary>
internal static class RunStyle
{
    public const string Css = """

        :root { --run-0: #3b6ea8; --run-1: #d08a2e; --run-2: #4f9367; --run-3: #a8467f; --run-4: #6b5bb5; --run-5: #6c757d; }
        @media (prefers-color-scheme: dark) { :root { --run-0: #6f9fd6; --run-1: #e0a552; --run-2: #86bd97; --run-3: #dd8cbc; --run-4: #a79bea; --run-5: #a9b1b9; } }
        .verdict p { font-size: 1.3rem; line-height: 1.35; }
        .verdict .beside { font-size: 1rem; color: var(--soft); margin-top: .5rem; }
        .facts small, td small, dd small { display: block; font-variant-numeric: tabular-nums; color: var(--soft); font-size: .78rem; font-weight: 400; }
        .limits { margin-top: 1.8rem; }
        .limits h2 { margin: 0 0 .5rem; font-size: 1rem; }
        .limits li { position: relative; padding: .2rem 0 .2rem 1.15rem; max-width: 46rem; overflow-wrap: anywhere; }
        .limits li::before { content: ""; position: absolute; left: .15rem; top: .85rem; width: .4rem; height: .4rem; border-radius: 50%; background: var(--soft); }
        .limits .next { margin-top: 1rem; border-left-color: var(--advice); }
        nav { display: flex; flex-wrap: wrap; gap: .35rem 1.2rem; margin-top: 2rem; padding: .8rem 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: .93rem; }
        section { scroll-margin-top: 1rem; }
        .lead { max-width: 46rem; margin-bottom: 1rem; color: var(--soft); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr)); gap: 1.2rem; }
        .panel { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem .9rem .7rem; min-width: 0; break-inside: avoid; }
        figcaption.title { color: var(--ink); font-size: .93rem; font-weight: 600; margin: 0 0 .4rem; }
        .aside p { margin-bottom: .8rem; max-width: 34rem; }
        .chart { display: block; width: 100%; height: auto; overflow: visible; }
        .chart.wide { max-width: 34rem; }
        .chart text { fill: var(--soft); font: 12.5px var(--sans); font-variant-numeric: tabular-nums; }
        .chart .stage { font-size: 11.5px; }
        .chart line { stroke: var(--line); stroke-width: 1; }
        .chart .boundary { stroke: var(--soft); stroke-width: 1; opacity: .5; }
        .chart .marked { stroke: var(--ink); stroke-dasharray: 3 3; opacity: .55; }
        .chart .ideal { stroke: var(--soft); stroke-dasharray: 5 4; }
        .chart .error { stroke: var(--train); stroke-width: 1.5; }
        .chart .dot { fill: var(--train); stroke: var(--card); stroke-width: 1.5; }
        .chart .count { fill: var(--train); opacity: .45; }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin-top: .4rem; font-size: .84rem; color: var(--soft); }
        .legend span { display: inline-flex; align-items: center; overflow-wrap: anywhere; }
        .key-line { width: 1.5rem; height: .5rem; margin-right: .4rem; flex: none; }
        .key-line line { stroke-width: 2.5; }
        tr.best th, tr.best td { font-weight: 650; }
        .classes th:first-child { width: 34%; }
        .classes td, .classes thead th { min-width: 4.2rem; }
        .runs { min-width: 54rem; }
        .runs th:first-child { width: 26%; }
        .runs td small, .tests td small { white-space: nowrap; }
        .tests { min-width: 40rem; }
        .tests th:first-child { width: auto; }
        .tests td:last-child { white-space: nowrap; }
        td.time { white-space: nowrap; }
        .options td, .options thead th { min-width: 7rem; overflow-wrap: anywhere; }
        .options th:first-child { width: auto; min-width: 7rem; }
        .whisker { display: block; position: relative; height: .5rem; margin: .45rem 0 .1rem; border-radius: 3px; background: var(--tint); max-width: 16rem; }
        .whisker i { position: absolute; top: 0; bottom: 0; border-radius: 3px; background: color-mix(in srgb, var(--train) 45%, transparent); }
        .whisker b { position: absolute; top: -.12rem; bottom: -.12rem; width: 3px; margin-left: -1.5px; border-radius: 2px; background: var(--train); }
        .pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: .7rem 2rem; margin-bottom: 1.6rem; }
        .pairs li { display: grid; grid-template-columns: 1fr auto; gap: 0 .8rem; overflow-wrap: anywhere; }
        .pairs .bar { grid-column: 1 / -1; margin-top: .2rem; }
        .matrix { width: auto; font-size: .93rem; }
        .matrix th:first-child { width: auto; padding-right: .8rem; white-space: nowrap; max-width: 14rem; overflow: hidden; text-overflow: ellipsis; position: sticky; left: 0; background: var(--paper); }
        .matrix th { border-bottom: 0; }
        .matrix td { min-width: 3rem; text-align: center; padding: .45rem .3rem; border: 2px solid var(--paper); border-radius: 6px; }
        .matrix thead th { text-align: center; padding: .3rem; max-width: 7rem; overflow-wrap: anywhere; }
        .matrix.many thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
        .matrix.many td { min-width: 2rem; padding: .25rem; }
        .matrix .zero { color: var(--soft); opacity: .6; }
        .matrix .right { background: color-mix(in srgb, var(--train) var(--heat), var(--tint)); }
        .matrix .wrong { background: color-mix(in srgb, var(--refusal) var(--heat), var(--tint)); }
        .matrix .hot { color: var(--card); }
        .chooser { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.2rem 1.4rem; }
        .chooser[hidden] { display: none; }
        .controls { display: grid; grid-template-columns: auto 1fr; gap: .7rem 1rem; align-items: center; max-width: 40rem; }
        .controls select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; padding: .4rem .6rem; min-width: 0; max-width: 100%; }
        .controls input { width: 100%; min-height: 2rem; accent-color: var(--advice); margin: 0; }
        .controls output { font-weight: 650; font-variant-numeric: tabular-nums; display: inline-block; min-width: 3.4rem; }
        .chooser .facts dd { font-size: 1.7rem; letter-spacing: -.01em; }
        .chooser .facts dt { max-width: 11rem; }
        .chooser p { margin: .8rem 0; }
        .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: 1.2rem; }
        .mistakes li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; min-width: 0; break-inside: avoid; }
        .mistakes figure { min-width: 0; }
        .mistakes figcaption { margin-top: .25rem; }
        .mistakes .path { display: block; margin-top: .7rem; color: var(--soft); font-size: .74rem; overflow-wrap: anywhere; }
        .said { margin-bottom: .7rem; overflow-wrap: anywhere; } .said span { display: block; color: var(--soft); font-size: .88rem; }
        .near { margin: .7rem 0 .3rem; color: var(--soft); font-size: .82rem; }
        .shots.small { max-width: 75%; }
        .shots .other figcaption { color: var(--refusal); }
        .shot img { object-fit: cover; }
        .found { border-top: 1px solid var(--line); }
        .finding { margin: 0; border-top: 0; border-bottom: 1px solid var(--line); padding: .65rem .2rem; }
        .finding summary { color: var(--ink); font-size: 1rem; overflow-wrap: anywhere; }
        .finding summary .badge { min-width: 5rem; }
        .finding p { margin-top: .6rem; overflow-wrap: anywhere; }
        .code { color: var(--soft); }
        pre { background: var(--tint); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; margin: 0; font: .9rem/1.5 var(--mono); overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
        h3 { margin: 1.6rem 0 .6rem; font-size: 1rem; }
        .settings { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: .6rem 1.6rem; }
        .settings div { min-width: 0; }
        .settings dt { color: var(--soft); font-size: .8rem; }
        .settings dd { overflow-wrap: anywhere; }
        footer p { margin-bottom: .5rem; max-width: 52rem; }
        @media (max-width: 34rem) {
          .verdict p { font-size: 1.15rem; }
          .controls { grid-template-columns: 1fr; gap: .35rem; }
          .chooser { padding: 1rem; }
          .chooser .facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: .6rem; }
          .chooser .facts dd { font-size: 1.25rem; }
          .chooser .facts dt { font-size: .74rem; line-height: 1.3; }
          .matrix thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; max-width: none; }
          .matrix td { min-width: 2.2rem; }
          .panel { padding: .7rem .6rem .5rem; }
          .chart text { font-size: 14px; }
          .classes th:first-child { width: 26%; }
          .classes td, .classes thead th { min-width: 3.6rem; padding-left: .35rem; }
          td small { font-size: .68rem; white-space: nowrap; }
          .finding summary .badge { min-width: 0; }
          .shots.small { max-width: 100%; }
        }
        @media print {
          .skip, nav { display: none; }
          section, .limits { break-inside: auto; } .mistakes li, .panel, .chooser { break-inside: avoid; }
          .matrix td, .whisker i, .whisker b, .chart { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          .controls input { display: none; }
        }

        """;
}
