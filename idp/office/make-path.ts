/** The page on which the card of a task is made. */
export const makePath = (taskId: string): string => `/admin/office/make/${encodeURIComponent(taskId)}`;
