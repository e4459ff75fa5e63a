#pragma once

#include <string_view>

// What the page wears, and the one script that it can do without: an event reloads it at once, times show the reader's zone when pointed
// at.
namespace holdup::serve {

inline constexpr std::string_view page_style = R"(
:root{color-scheme:light dark;--good:#0a6b2d;--warn:#8a5a00;--bad:#b00020;--dim:#666;--line:#ccc}
@media(prefers-color-scheme:dark){:root{--good:#5fd38a;--warn:#f0b849;--bad:#ff7b8a;--dim:#aaa;--line:#444}}
body{margin:0;font:16px/1.4 system-ui,sans-serif}main{max-width:60em;margin:auto;padding:.5em}
h1{font-size:1.3em;border-left:.4em solid;padding-left:.5em;overflow-wrap:anywhere}h2{font-size:1.05em;margin:1.2em 0 .3em}h3{margin:0;font-size:1em}
p{margin:.3em 0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
td,th{text-align:left;padding:.15em .5em .15em 0;border-top:1px solid var(--line);vertical-align:top}
.sub td{border:0;color:var(--dim);font-size:.9em}section{border-left:.25em solid;padding-left:.6em;margin:.6em 0}section *{color:CanvasText}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.dim{color:var(--dim)}.old{text-decoration:underline dotted;color:var(--dim)}
ul{margin:.2em 0;padding-left:1.2em}
)";

inline constexpr std::string_view page_script = R"(<script>
for(const t of document.querySelectorAll('time'))t.title=new Date(t.textContent).toLocaleString();
new EventSource('/api/holdup/v1/stream').onmessage=()=>location.reload();
</script></html>
)";

}  // namespace holdup::serve
