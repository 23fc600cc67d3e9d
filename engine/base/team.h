/* A team of threads that shares the tasks of short jobs, many thousands a second. */
#ifndef AX_BASE_TEAM_H
#define AX_BASE_TEAM_H

typedef struct ax_team ax_team;
/* Task number `task` of a job; `job` is what ax_team_run was given. */
typedef void ax_team_work(const void *job, int task);

/* A team of n threads, the caller among them; the others are started by the first job. NULL: out of memory. */
ax_team *ax_team_new(int n);
/* Ends the threads. NULL is allowed. No job may be running. */
void ax_team_free(ax_team *team);
/* Does the tasks 0 .. tasks - 1, each once, in any order and on any thread, and returns when all are done; what they
   wrote is then visible to the caller. If the system refuses threads, or another thread is using the team, the caller
   does more of them, or all. */
void ax_team_run(ax_team *team, int tasks, ax_team_work *work, const void *job);

#endif
