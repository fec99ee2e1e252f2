/** What we use of a package that brings no types. */
declare module "har-validator" {
  /** Resolves to the file when it is one; rejects with a `HARError`. */
  export function har<File>(file: File): Promise<File>;
}
