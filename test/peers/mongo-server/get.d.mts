export function mongoServerClassPath(): string;
