// Files that the bundler embeds: the import's value is a path inside the executable.
declare module "*.so" {
  const path: string;
  // biome-ignore lint/style/noDefaultExport: the bundler gives embedded files as default exports
  export default path;
}
