#include "CWebPage.h"

// #embed is C23; clang offers it in every mode and says so unless told not to.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "page/index.html"
};
static const unsigned char icon_svg[] = {
#embed "page/icon.svg"
};
static const unsigned char style_css[] = {
#embed "page/style.css"
};
static const unsigned char views_css[] = {
#embed "page/views.css"
};
static const unsigned char app_js[] = {
#embed "page/app.js"
};
static const unsigned char api_js[] = {
#embed "page/api.js"
};
static const unsigned char dom_js[] = {
#embed "page/dom.js"
};
static const unsigned char search_js[] = {
#embed "page/search.js"
};
static const unsigned char work_js[] = {
#embed "page/work.js"
};
static const unsigned char lineage_js[] = {
#embed "page/lineage.js"
};
static const unsigned char attribution_js[] = {
#embed "page/attribution.js"
};
static const unsigned char recall_js[] = {
#embed "page/recall.js"
};
static const unsigned char feed_js[] = {
#embed "page/feed.js"
};

static const cwebpage_file files[] = {
    {"index.html", index_html, sizeof index_html},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"style.css", style_css, sizeof style_css},
    {"views.css", views_css, sizeof views_css},
    {"app.js", app_js, sizeof app_js},
    {"api.js", api_js, sizeof api_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"search.js", search_js, sizeof search_js},
    {"work.js", work_js, sizeof work_js},
    {"lineage.js", lineage_js, sizeof lineage_js},
    {"attribution.js", attribution_js, sizeof attribution_js},
    {"recall.js", recall_js, sizeof recall_js},
    {"feed.js", feed_js, sizeof feed_js},
};

size_t cwebpage_count(void) { return sizeof files / sizeof *files; }

cwebpage_file cwebpage_file_at(size_t index) { return files[index]; }
