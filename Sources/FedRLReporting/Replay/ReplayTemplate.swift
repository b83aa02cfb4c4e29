/// The parts of the player's page that are the same for every episode.
enum ReplayTemplate {
  static let page = #"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
    <meta name="color-scheme" content="light dark">
    <title>{{title}}</title>
    <style>{{style}}</style>
    </head>
    <body>
    <header>
      <h1>{{title}}</h1>
    </header>
    <main>
      <section class="picture" aria-label="Episode">
        <div class="stage" id="stage">
          <canvas id="view" role="img" aria-label="Animated plan of the episode; drag to move, scroll to zoom"></canvas>
          <div class="corner"><span id="scale"></span></div>
          <button id="fit" type="button" class="fit" hidden>Fit</button>
        </div>
        <div class="bar" role="group" aria-label="Playback">
          <button id="play" type="button" class="play" aria-label="Play"><svg viewBox="0 0 24 24" aria-hidden="true"><path id="playIcon" d=""/></svg></button>
          <input id="time" type="range" min="0" step="1" value="0" aria-label="Time">
          <output id="clock" class="clock"></output>
          <label class="speed">Speed <select id="speed" aria-label="Speed"></select></label>
        </div>
        <p class="keys"><kbd>space</kbd> play <kbd>←</kbd><kbd>→</kbd> seek <kbd>shift</kbd> one frame <kbd>↑</kbd><kbd>↓</kbd> speed <kbd>0</kbd> fit</p>
      </section>
      <aside>
        <section id="gauges" class="card gauges" aria-label="Gauges"></section>
        <section id="layers" class="card" aria-label="Layers"><h2>Show</h2></section>
        <section id="facts" class="card" aria-label="Episode facts"><h2>Whole episode</h2><dl></dl></section>
      </aside>
    </main>
    <p id="problem" role="alert" hidden></p>
    <noscript><p>This page plays an episode with JavaScript, which is switched off.</p></noscript>
    <script type="application/json" id="data">{{data}}</script>
    <script>{{script}}</script>
    </body>
    </html>

    """#

  static let style = #"""

    :root {
      --page: #f3f4f6; --card: #ffffff; --ink: #16191d; --soft: #5c6570; --line: #dde1e6;
      --accent: #2563eb; --faint: #c3cad3; --stage: #ffffff;
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #101317; --card: #1a1e24; --ink: #e8ebef; --soft: #9aa5b1; --line: #2c333b;
        --accent: #6ea0ff; --faint: #46505b; --stage: #eceef0;
      }
    }
    * { box-sizing: border-box; }
    html, body { height: 100%; }
    body { margin: 0; background: var(--page); color: var(--ink); display: flex; flex-direction: column; }
    header { padding: 14px 20px 0; }
    h1 { font-size: 18px; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
    h2 { font-size: 12px; font-weight: 600; margin: 0 0 8px; color: var(--soft); }
    main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 16px; padding: 14px 20px 16px; }
    .picture { display: flex; flex-direction: column; min-height: 0; gap: 10px; }
    .stage { position: relative; flex: 1; min-height: 240px; background: var(--stage); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
    .stage canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab; }
    .stage canvas.dragging { cursor: grabbing; }
    .corner { position: absolute; left: 12px; bottom: 10px; color: #4b5563; font-size: 12px; pointer-events: none; }
    .corner span { display: block; border: solid #4b5563; border-width: 0 1px 1px; text-align: center; line-height: 1.5; background: rgb(255 255 255 / .6); }
    .fit { position: absolute; right: 12px; top: 12px; }
    .bar { display: flex; align-items: center; gap: 12px; }
    .bar input { flex: 1; min-width: 60px; accent-color: var(--accent); height: 24px; margin: 0; }
    button, select { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 4px 10px; cursor: pointer; }
    button:hover, select:hover { border-color: var(--soft); }
    .play { width: 42px; height: 42px; padding: 0; border-radius: 50%; background: var(--accent); border: 0; color: #fff; flex: none; display: grid; place-items: center; }
    .play svg { width: 22px; height: 22px; fill: currentColor; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .clock { font-variant-numeric: tabular-nums; white-space: nowrap; }
    .speed { color: var(--soft); font-size: 13px; white-space: nowrap; }
    .keys { margin: 0; color: var(--soft); font-size: 12px; }
    kbd { font: inherit; border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; margin-left: 8px; background: var(--card); }
    kbd + kbd { margin-left: 3px; }
    aside { display: flex; flex-direction: column; gap: 12px; overflow-y: auto; min-height: 0; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; flex: none; }
    .gauges { display: grid; gap: 14px; }
    .gauge .head { display: flex; justify-content: space-between; align-items: baseline; }
    .gauge .head span:first-child { color: var(--soft); font-size: 13px; }
    .gauge .head span:last-child { font-variant-numeric: tabular-nums; font-weight: 600; }
    .gauge svg { display: block; width: 100%; height: 44px; margin-top: 4px; cursor: pointer; overflow: visible; border-bottom: 1px solid var(--line); }
    .gauge .all { stroke: var(--faint); stroke-width: 1.5; fill: none; vector-effect: non-scaling-stroke; }
    .gauge .past { stroke: var(--accent); stroke-width: 2; fill: none; vector-effect: non-scaling-stroke; }
    .gauge .now { stroke: var(--ink); stroke-width: 1; opacity: .5; vector-effect: non-scaling-stroke; }
    .layer { display: flex; align-items: center; gap: 8px; padding: 3px 0; cursor: pointer; }
    .layer input { accent-color: var(--accent); width: 16px; height: 16px; margin: 0; }
    .layer .name { flex: 1; }
    .swatch { width: 14px; height: 14px; border-radius: 3px; border: 1px solid rgb(0 0 0 / .15); background-color: #fff; display: inline-block; margin-left: 3px; }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 0 0 4px 24px; color: var(--soft); font-size: 12px; }
    .legend .swatch { width: 11px; height: 11px; margin: 0 5px 0 0; vertical-align: -1px; }
    .swatch.path { height: 4px; width: 18px; border: 0; background: #1d4ed8; border-radius: 2px; }
    dl { display: grid; grid-template-columns: 1fr auto; gap: 4px 12px; margin: 0; }
    dt { color: var(--soft); overflow-wrap: anywhere; }
    dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; font-weight: 500; }
    #problem { margin: 0 20px 16px; color: #b91c1c; }
    @media (max-width: 860px) {
      html, body { height: auto; }
      header { padding: 12px 12px 0; }
      main { grid-template-columns: minmax(0, 1fr); padding: 10px 12px 16px; }
      .stage { flex: none; min-height: 0; }
      aside { overflow: visible; }
      .keys { display: none; }
      .bar { flex-wrap: wrap; }
      .bar input { order: 1; flex-basis: 100%; }
      .speed { margin-left: auto; }
    }

    """#
}
