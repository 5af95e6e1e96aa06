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
