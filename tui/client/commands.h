/* The command line: what `auxcell COMMAND` does. Every ax_cli_* gets argv[0] = its own name and returns the exit code
   (0, 1 run time, 2 usage, 3 device); an error is one line on stderr, "auxcell: ...". */
#ifndef AX_TUI_CLIENT_COMMANDS_H
#define AX_TUI_CLIENT_COMMANDS_H

int ax_cli_search(int argc, char **argv);
int ax_cli_demo(int argc, char **argv);
int ax_cli_resume(int argc, char **argv);
int ax_cli_attach(int argc, char **argv);
int ax_cli_ls(int argc, char **argv); /* also called "list" */
int ax_cli_compare(int argc, char **argv);
int ax_cli_export(int argc, char **argv);
int ax_cli_report(int argc, char **argv);
int ax_cli_status(int argc, char **argv);
int ax_cli_log(int argc, char **argv);
int ax_cli_stop(int argc, char **argv);
int ax_cli_verb(int argc, char **argv); /* argv[0] is a word of AX_VERB_LIST */
int ax_cli_themes(int argc, char **argv);
int ax_cli_replay(int argc, char **argv);
int ax_cli_show(int argc, char **argv);
int ax_cli_engine(int argc, char **argv); /* argv[0] is a subcommand of auxcell-engine, which replaces this program */

#endif
