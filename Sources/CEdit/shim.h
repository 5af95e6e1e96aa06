#include <stdio.h>
#include <histedit.h>
#include <editline/readline.h>

/* C's global variables do not import into Swift 6: reach them here. */

/* The latest history entry's text, or NULL. */
static inline const char *sh_edit_last_entry(void) {
    HIST_ENTRY *entry = history_get(history_base + history_length - 1);
    return entry ? entry->line : NULL;
}

static inline FILE *sh_edit_standard_input(void) { return stdin; }

/* Makes `complete` answer the tab key, and nothing else. */
static inline void sh_edit_complete_with(char **(*complete)(const char *, int, int)) {
    rl_attempted_completion_function = complete;
}

/* Called by it: no file names where it finds nothing. */
static inline void sh_edit_completion_is_over(void) { rl_attempted_completion_over = 1; }

/* The line as typed so far. */
static inline const char *sh_edit_line(void) { return rl_line_buffer; }
