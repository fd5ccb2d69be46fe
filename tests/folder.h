/* folder.h - folders that tests fill and throw away. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

/* A new empty folder below TMPDIR, or /tmp; its name is freed, and the folder
 * removed with all in it, by folder_remove. A failure ends the test. */
char *folder_make(void);
void folder_remove(char *folder);

#endif
